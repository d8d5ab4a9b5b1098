"""The mark and the colour of each verdict, worst first."""

VERDICTS = {
    "refuted": ("✗", "red"),
    "vacuous": ("○", "yellow"),
    "inconclusive": ("?", "yellow"),
    "verified": ("✓", "green"),
}
UNKNOWN = ("·", "dim")  # a claim that was never measured
