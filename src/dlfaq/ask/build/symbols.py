"""What LaTeX's commands look like as Unicode."""

_PAIRS = """
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta θ iota ι kappa
κ lambda λ mu μ nu ν xi ξ pi π varpi π rho ρ varrho ρ sigma σ varsigma ς tau τ upsilon υ phi φ
varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ
Psi Ψ Omega Ω ell ℓ hbar ħ partial ∂ nabla ∇ infty ∞ emptyset ∅ forall ∀ exists ∃ neg ¬ lnot ¬ Re
ℜ Im ℑ aleph ℵ prime ′ dagger † star ⋆ bullet • circ ∘ cdot · times × div ÷ pm ± mp ∓ ast ∗ oplus
⊕ otimes ⊗ odot ⊙ cup ∪ cap ∩ setminus ∖ wedge ∧ vee ∨ land ∧ lor ∨ top ⊤ perp ⊥ mid | parallel ∥
sum ∑ prod ∏ int ∫ oint ∮ ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ langle ⟨ rangle ⟩ lfloor ⌊ rfloor
⌋ lceil ⌈ rceil ⌉ lvert | rvert | vert | lVert ‖ rVert ‖ Vert ‖ | ‖ backslash \\ degree °
checkmark ✓ S § dag † square □ diamond ◇
"""
_RELATIONS = """
le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ lt < gt > ll ≪ gg ≫ approx ≈ sim ∼ simeq ≃
cong ≅ equiv ≡ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ to → rightarrow
→ longrightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ implies ⇒ Leftarrow ⇐
Leftrightarrow ⇔ iff ⇔ mapsto ↦ uparrow ↑ downarrow ↓ coloneqq ≔ lesssim ≲ gtrsim ≳ doteq ≐ prec ≺
succ ≻ vdash ⊢ models ⊨
"""
_FUNCTIONS = """
log ln lg exp sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth max min sup inf lim
limsup liminf arg det dim ker gcd Pr deg hom argmax argmin softmax sigmoid Var Cov diag tr rank
sign relu ReLU erf
"""
_LAYOUT = """
left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits nonumber
middle rm bf it cal
"""
_ACCENTS = """
hat \u0302 widehat \u0302 bar \u0304 overline \u0304 tilde \u0303 widetilde \u0303 vec \u20d7 dot
\u0307 ddot \u0308
"""
_SUPER = """
0⁰ 1¹ 2² 3³ 4⁴ 5⁵ 6⁶ 7⁷ 8⁸ 9⁹ +⁺ -⁻ =⁼ (⁽ )⁾ nⁿ iⁱ aᵃ bᵇ cᶜ dᵈ eᵉ fᶠ gᵍ hʰ jʲ kᵏ lˡ mᵐ oᵒ pᵖ rʳ sˢ
tᵗ uᵘ vᵛ wʷ xˣ yʸ zᶻ Aᴬ Bᴮ Dᴰ Eᴱ Gᴳ Hᴴ Iᴵ Jᴶ Kᴷ Lᴸ Mᴹ Nᴺ Oᴼ Pᴾ Rᴿ Tᵀ Uᵁ Vⱽ Wᵂ ′′ ∗* ** ⊤ᵀ βᵝ
"""
_SUB = """
0₀ 1₁ 2₂ 3₃ 4₄ 5₅ 6₆ 7₇ 8₈ 9₉ +₊ -₋ =₌ (₍ )₎ aₐ eₑ hₕ iᵢ jⱼ kₖ lₗ mₘ nₙ oₒ pₚ rᵣ sₛ tₜ uᵤ vᵥ xₓ βᵦ
γᵧ ρᵨ φᵩ χᵪ
"""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


SYMBOLS = _pairs(_PAIRS)
RELATIONS = _pairs(_RELATIONS)
LAYOUT = frozenset(_LAYOUT.split())  # says how to set, not what
FUNCTIONS = frozenset(_FUNCTIONS.split())
ACCENTS = _pairs(_ACCENTS)
SUPER = {pair[0]: pair[1:] for pair in _SUPER.split()}
SUB = {pair[0]: pair[1:] for pair in _SUB.split()}
