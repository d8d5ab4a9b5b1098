"""An entry as the index gives it, and what was found for a question."""

from dlfaq.ask.blocks import Span
from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.ask.rank import Answer, Explanation, Result
from dlfaq.ask.reader import (
    ClaimText,
    EntryText,
    PartText,
    ReferenceText,
    SideText,
    SourceText,
    StepText,
)

EXPECT = "0.98 < mean(loss) < 1.02"
OWN = SideText("own", "", (), "holds", EXPECT, "0.98 to 1.02", "1.003 [0.998, …]", "k=10")
WIDER = SideText(
    "holds", "wider", (), "inconclusive", EXPECT, "0.98 to 1.02", "1.01 [0.99, 1.03]", ""
)
CONTROL = SideText(
    "fails",
    "unit-variance",
    inline("Logits of unit variance [bold]differ[/bold]"),
    "fails",
    EXPECT,
    "0.98 to 1.02",
    "1.2 [1.1, 1.3]",
    "",
)
UNKNOWN = SideText("own", "", (), "", EXPECT, "", "", "")
STEPS = (
    StepText(
        inline("Print the *first* loss."), ("print(loss.item(), math.log(k))",), inline("ln-k")
    ),
    StepText(
        inline("Scale the last layer down."),
        ("with torch.no_grad():", "    head.weight *= 0.1"),
        inline("ln-k, Karpathy 2019"),
    ),
    StepText(inline("Look at the labels."), (), inline("practice")),
)
LN_K = ("ln-k", "exact", inline("It is ln k."), inline("1.003 of it"), "verified", "✓", "green")
OTHER = ("other", "measured", inline("It is not."), (), "", "·", "dim")
ENTRY = EntryText(
    id="initial-loss",
    title=inline("What loss at $t=0$?"),
    short=tuple(blocks("About $\\ln k$. \x1b[31m[red]Not markup[/red].")),
    evidence=(Span("? ", "mark:yellow"), Span("1 of 2 claims hold; 1 not measured")),
    steps=STEPS,
    parts=(PartText("why", inline("Why it is so"), tuple(blocks("Some **words**.\n\n- an item"))),),
    claims=(ClaimText(*LN_K, (OWN, WIDER, CONTROL)), ClaimText(*OTHER, (UNKNOWN,))),
    sources=(
        SourceText(
            inline("Tips"),
            "conditional",
            inline("Exactly ln k."),
            inline("It adds half the variance."),
        ),
    ),
    references=(
        ReferenceText(
            "A. Karpathy (2019). A Recipe.", "https://karpathy.github.io", inline("the check")
        ),
    ),
    topics=(("loss", "Loss functions"),),
    also_asked=("loss starts at 2.3",),
    related=(("adam", inline("How does Adam work?")),),
    verified=1,
    planned=False,
    draft=False,
)
RESULTS = (
    Result(
        "initial-loss",
        "What loss at $t=0$?",
        0.8,
        "About",
        1,
        2,
        False,
        inline("What loss at $t=0$?"),
    ),
    Result("adam", "How does Adam work?", 0.3, "", 0, 0, True, inline("How does Adam work?")),
)
WHY = Explanation(
    ("loss",), (("lsos", "loss"),), (("val", "valid"),), (("lnk", "initial loss"),), ("zebra",),
    -4.9, ({"words": 0.5}, {"words": 0.1}), ((("loss", "question"),), ()),
)  # fmt: skip
ANSWER = Answer("loss 2.3", confidence="answer", probability=0.8, results=RESULTS, explanation=WHY)
