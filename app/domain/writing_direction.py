"""The direction in which a language is written, from its tag: by its script, its region, or what is usual for it."""

from __future__ import annotations

from typing import Literal

Direction = Literal["ltr", "rtl"]

_RTL_SCRIPTS = frozenset(
    """
    adlm arab aran armi avst chrs cprt elym gara hatr hebr hung khar lydi mand mani mend merc mero narb nbat nkoo orkh
    ougr palm phli phlp phlv phnx prti rohg samr sarb sogd sogo syrc syre syrj syrn thaa yezi
    """.split()
)
"""ISO 15924 codes of the scripts that Unicode writes from right to left."""

_RTL_LANGUAGES = frozenset(
    """
    aao abh abv acm acq acw acx adf aeb aec aee aeq afb aib aiq ajp ajt apc apd ar ara arb arq ars ary arz ask atn auj
    auz avd avl ayh ayl ayn ayp azb bal bcc bdz bej bft bgn bgp bhe bhm bjm bqi brh brk bsh bsk chg cja ckb clh dcc def
    deh dgl dmk dml drw esh fa fas fay faz fia fub gbz ggg gha ghr gig gjk gju glh glk grr gwc gwf gwt gzi hac haz hkh
    hnd hno hoh hrz hss isk jad jat jbn jdg jnd jog kas kbu kby kcy kfm khw klj kmz ks ktl kvx kxp kzh lah lki lrc lrk
    lrl lsa lss luv luz mby mde mey mfa mfi mhj mki mnj mve mvy mzb mzn nli nlm ntz nyq odk oru ota pbt pbu per pes phl
    phr phv plk pmu pnb prc prd prs prx ps psh psi pst pus qxq rdb rmt sbn scl sd sdb sdf sdg sdh sds sgl sgr sgy shd
    shm shu shv siy siz skr smy snd sqo sqt srh srz ssh sts swb tjo tks tnf tov tra trm trw ug uig ur urd ush uzs vaf
    vgr vmh wbk wlo wne wni wsv xhe xka xkc xkj xkp xvi ydg zba zdj zum

    aij aju czk hbo he heb huy itk iw jbe ji jpa jpr jrb jye lad lsd trg ydd yhd yi yid yih yud zrp
    aii amw bhn bjf cld hrt kqd lhs oar syc syn syr tmr
    ae arc ave div dv ecy mid myz nqo obm otk oui pal pgd phn rhg sam smp sog xco xld xly xmn xmr xna xpr xsa
    """.split()
)
"""ISO 639 codes of the languages that are usually written so: Arabic script first, Hebrew, Syriac, and others."""

_BY_REGION: dict[str, Direction] = {
    **dict.fromkeys(("az-iq", "az-ir", "ha-cm", "ha-sd", "kk-af", "kk-cn", "kk-ir", "kk-mn", "ku-iq", "ku-ir"), "rtl"),
    **dict.fromkeys(("ku-lb", "ky-cn", "ms-cc", "pa-pk", "tg-pk", "uz-af"), "rtl"),
    **dict.fromkeys(("mey-sn", "sd-in", "snd-in", "ug-kz", "ug-mn", "uig-kz", "uig-mn"), "ltr"),
}
"""Regions in which a language is usually written in another script than elsewhere (Unicode's likely subtags)."""


def direction_of(language: str) -> Direction:
    """Return the direction of a BCP 47 language tag: of its script (`az-Arab`, `ar-Latn`) if it names one."""
    first, *rest = language.lower().split("-")
    for subtag in rest:
        if len(subtag) == 1:
            break  # an extension: what follows is no script and no region
        if len(subtag) == 4 and subtag.isalpha():
            return "rtl" if subtag in _RTL_SCRIPTS else "ltr"
        if len(subtag) == 2 and f"{first}-{subtag}" in _BY_REGION:
            return _BY_REGION[f"{first}-{subtag}"]
    return "rtl" if first in _RTL_LANGUAGES else "ltr"
