# ruff: noqa: E501 - HTML has no ends of lines where they would be wanted here
"""HTML as word processors, mail programs and other pages put it on the clipboard, and the body it is.

Each shape is written by us after what that program writes: its tags, classes and styles, with words of our own.
"""

from __future__ import annotations

_DOCS_SPAN = (
    "font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;"
    "font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre-wrap;"
)


def _docs(text: str, **changed: str) -> str:
    style = _DOCS_SPAN
    for name, value in changed.items():
        name = name.replace("_", "-")
        style = ";".join(f"{name}:{value}" if part.startswith(f"{name}:") else part for part in style.split(";"))
    return f'<span style="{style}">{text}</span>'


def _word_item(marker: str, text: str, *, place: str, left: str = ".5in", font: str = "Symbol") -> str:
    padding = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span>"
    return (
        f"<p class=MsoListParagraphCxSpMiddle style='margin-left:{left};mso-add-space:auto;\ntext-indent:-.25in;"
        f"mso-list:{place}'><![if !supportLists]><span lang=EN-US style='font-family:{font};mso-fareast-font-family:\n"
        f"{font};mso-bidi-font-family:{font}'><span style='mso-list:Ignore'>{marker}{padding}</span></span><![endif]>"
        f"<span lang=EN-US>{text}<o:p></o:p></span></p>\n\n"
    )


def _outlook_web_item(marker: str, text: str, *, left: str) -> str:
    return (
        f'<p class="x_MsoListParagraph" style="margin-left:{left}; text-indent:-.25in"><span style="font-family:Symbol">'
        f"<span>{marker}<span style=\"font:7.0pt 'Times New Roman'\">&nbsp;&nbsp;&nbsp; </span></span></span>{text}</p>\n"
    )


def _word_web_item(text: str, *, level: int, tag: str = "ul", start: int = 1, list_id: int = 1) -> str:
    begin = f' start="{start}"' if tag == "ol" else ""
    return (
        f'<div class="ListContainerWrapper SCXW1 BCX0"><{tag} class="BulletListStyle1 SCXW1 BCX0" role="list"{begin}>'
        f'<li data-leveltext="" data-font="Symbol" data-listid="{list_id}" aria-setsize="-1" data-aria-posinset="1" '
        f'data-aria-level="{level}" role="listitem" class="OutlineElement Ltr SCXW1 BCX0"><p class="Paragraph SCXW1" '
        f'style="font-weight: normal; vertical-align: baseline;"><span lang="EN-GB" xml:lang="EN-GB" '
        f'class="TextRun SCXW1" style="font-size:12pt">{text}</span><span class="EOP SCXW1">&nbsp;</span></p></li>'
        f"</{tag}></div>"
    )


_WORD_HEAD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml>
<style><!-- p.MsoNormal {margin:0in; font-size:12.0pt;} @list l0 {mso-list-id:1;} --></style></head>
<body lang=EN-US style='tab-interval:.5in'><!--StartFragment-->
"""

CLIPBOARD: dict[str, tuple[str, list[str]]] = {
    "Google Docs": (
        '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1f2e">'
        f'<h2 dir="ltr" style="line-height:1.38;">{_docs("Turnout")}</h2>'
        f'<p dir="ltr" style="line-height:1.38;">{_docs("Some background:", font_weight="700")}{_docs(" the count ")}'
        f"{_docs('began', font_style='italic')}{_docs(' at nine, ')}{_docs('not', text_decoration='line-through')}"
        f"{_docs(' at ten. H')}{_docs('2', vertical_align='sub')}{_docs('O, ')}"
        f'<a href="https://e.org/a" style="text-decoration:none;">{_docs("the figures", text_decoration="underline")}</a>'
        f'{_docs(".")}</p><br /><p dir="ltr">{_docs("Second.", font_weight="700", font_style="italic")}</p><br /></b>',
        [
            "<h2>Turnout</h2>",
            "<p><b>Some background:</b> the count <i>began</i> at nine, <s>not</s> at ten. H<sub>2</sub>O, "
            '<a href="https://e.org/a" rel="noopener">the figures</a>.</p>',
            "<p><b><i>Second.</i></b></p>",
        ],
    ),
    "Google Docs, lists": (
        '<b style="font-weight:normal;"><ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;font-weight:400;'
        f'" aria-level="1"><p dir="ltr" role="presentation">{_docs("One")}</p></li><ul><li dir="ltr" aria-level="2">'
        f'<p dir="ltr" role="presentation">{_docs("Nested", font_weight="700")}</p></li></ul><li dir="ltr" aria-level="1">'
        f'<p dir="ltr" role="presentation">{_docs("Two")}</p></li></ul><ol><li dir="ltr" style="list-style-type:decimal">'
        f'<p dir="ltr">{_docs("First")}</p></li></ol></b>',
        [
            "<ul><li>One<ul><li><b>Nested</b></li></ul></li><li>Two</li></ul>",
            "<ol><li>First</li></ol>",
        ],
    ),
    "Google Sheets": (
        "<google-sheets-html-origin><style>td {border: 1px solid #ccc;}</style><table xmlns=x cellspacing=0 dir=ltr>"
        "<colgroup><col width=100><col width=100></colgroup><tbody><tr style='height:21px;'>"
        "<td style='font-weight:bold;vertical-align:baseline;'>Party</td><td style='font-weight:bold;'>Seats</td></tr>"
        "<tr><td style='overflow:hidden;vertical-align:sub;'>A</td><td>41</td></tr></tbody></table>",
        [
            "<table><tbody><tr><td><b>Party</b></td><td><b>Seats</b></td></tr><tr><td>A</td><td>41</td></tr></tbody>"
            "</table>"
        ],
    ),
    "Word": (
        f"{_WORD_HEAD}<p class=MsoTitle>The count<o:p></o:p></p>\n\n<h2>Evening<o:p></o:p></h2>\n\n"
        "<p class=MsoNormal><b style='mso-bidi-font-weight:normal'><span lang=EN-US>Some\nbackground:</span></b>"
        "<span lang=EN-US> “We <i style='mso-bidi-font-style:normal'>wait</i>,” she said.<span\nstyle='mso-spacerun:yes'>"
        "&nbsp; </span>E = mc<sup>2</sup>.<o:p></o:p></span></p>\n\n<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;"
        "</o:p></span></p>\n\n<p class=MsoNormal><span style='color:red'>Last</span> one.</p><!--EndFragment--></body>"
        "</html>",
        [
            "<h2>The count</h2>",
            "<h2>Evening</h2>",
            "<p><b>Some background:</b> “We <i>wait</i>,” she said.\u00a0 E = mc<sup>2</sup>.</p>",
            "<p>Last one.</p>",
        ],
    ),
    "Word, lists": (
        f"{_WORD_HEAD}<p class=MsoNormal>Before<o:p></o:p></p>\n\n"
        f"{_word_item('·', 'One', place='l0 level1 lfo1')}"
        f"{_word_item('o', 'Nested <b>bold</b>', place='l0 level2 lfo1', left='1.0in', font='Courier New')}"
        f"{_word_item('§', 'Deep', place='l0 level3 lfo1', left='1.5in', font='Wingdings')}"
        f"{_word_item('·', 'Two', place='l0 level1 lfo1')}"
        f"{_word_item('3.', 'Third', place='l1 level1 lfo2', font='Calibri')}"
        f"{_word_item('a)', 'Of the third', place='l1 level2 lfo2', left='1.0in', font='Calibri')}"
        f"{_word_item('4.', 'Fourth', place='l1 level1 lfo2', font='Calibri')}"
        "<p class=MsoNormal>After<o:p></o:p></p></body></html>",
        [
            "<p>Before</p>",
            "<ul><li>One<ul><li>Nested <b>bold</b><ul><li>Deep</li></ul></li></ul></li><li>Two</li></ul>",
            '<ol start="3"><li>Third<ol><li>Of the third</li></ol></li><li>Fourth</li></ol>',
            "<p>After</p>",
        ],
    ),
    "Word in a browser": (
        '<div class="OutlineElement Ltr SCXW1"><p class="Paragraph SCXW1" role="heading" aria-level="2" style="font-weight:'
        'normal"><span class="TextRun" lang="EN-GB">Evening</span><span class="EOP SCXW1">&nbsp;</span></p></div>'
        '<div class="OutlineElement"><p class="Paragraph" style="font-weight: normal;"><span lang="EN-GB" class="TextRun"'
        ' style="font-weight: bold; font-style: normal;"><span class="NormalTextRun">Some background:</span></span>'
        '<span class="TextRun" style="font-style: italic; text-decoration: underline;"> more</span><span class="EOP">'
        "&nbsp;</span></p></div>"
        f"{_word_web_item('One', level=1)}{_word_web_item('Nested', level=2)}{_word_web_item('Two', level=1)}"
        f"{_word_web_item('First', level=1, tag='ol', list_id=2)}{_word_web_item('Second', level=1, tag='ol', start=2, list_id=2)}"
        '<div class="OutlineElement"><p class="Paragraph"><span class="TextRun">After</span></p></div>',
        [
            "<h2>Evening</h2>",
            "<p><b>Some background:</b><i><u> more</u></i></p>",
            "<ul><li>One<ul><li>Nested</li></ul></li><li>Two</li></ul>",
            "<ol><li>First</li><li>Second</li></ol>",
            "<p>After</p>",
        ],
    ),
    "Outlook": (
        f"{_WORD_HEAD}<div class=WordSection1><p class=MsoNormal><span style='font-size:11.0pt'>Dear desk,<o:p></o:p></span>"
        "</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><ul style='margin-top:0in' type=disc><li class=MsoListParagraph "
        "style='margin-left:0in;mso-list:l0 level1 lfo1'>One<o:p></o:p></li><ul type=circle><li class=MsoListParagraph "
        "style='mso-list:l0 level2 lfo1'>Nested<o:p></o:p></li></ul></ul>"
        f"{_word_item('(1)', 'Numbered', place='l2 level1 lfo3')}"
        "<p class=MsoNormal><b>Ada</b><o:p></o:p></p></div></body></html>",
        [
            "<p>Dear desk,</p>",
            "<ul><li>One<ul><li>Nested</li></ul></li></ul>",
            "<ol><li>Numbered</li></ol>",
            "<p><b>Ada</b></p>",
        ],
    ),
    "Outlook in a browser": (
        '<div class="elementToProof" style="font-family: Aptos, sans-serif; font-size: 12pt;">Dear desk,</div>'
        '<div class="elementToProof"><br></div><div class="x_WordSection1"><p class="x_MsoNormal">Before</p>'
        f"{_outlook_web_item('·', 'One', left='.5in')}{_outlook_web_item('o', 'Nested', left='1.0in')}"
        f"{_outlook_web_item('·', 'Two', left='36.0pt')}{_outlook_web_item('1.', 'First', left='.5in')}"
        '<p class="x_MsoListParagraph" style="margin-left:.5in"><span>No item.</span></p></div>'
        '<blockquote style="margin: 0px 0px 0px 40px; border: medium none; padding: 0px;"><div>Indented</div></blockquote>',
        [
            "<p>Dear desk,</p>",
            "<p>Before</p>",
            "<ul><li>One<ul><li>Nested</li></ul></li><li>Two</li></ul>",
            "<ol><li>First</li></ol>",
            "<p>No item.</p>",
            "<p>Indented</p>",
        ],
    ),
    "Apple Notes": (
        '<meta charset="UTF-8"><style type="text/css">p.p1 {margin: 0.0px; font: 13.0px Helvetica}</style>'
        '<p class="p1"><b>The count</b></p><p class="p2"><br></p><p class="p1">At nine.<span class="Apple-converted-space">'
        '&nbsp; </span>Then <i>ten</i>.<span class="Apple-converted-space">&nbsp;</span></p><ul class="ul1"><li class="li1">'
        '<span class="s1"></span>One</li><ul class="ul2"><li class="li1">Nested</li></ul></ul><ol class="ol1">'
        '<li class="li1">First</li></ol><div><tt>x = 1</tt></div><table class="t1"><tbody><tr><td class="td1">'
        '<p class="p1">A</p></td><td><p class="p1">41</p></td></tr></tbody></table>',
        [
            "<p><b>The count</b></p>",
            "<p>At nine. Then <i>ten</i>.</p>",
            "<ul><li>One<ul><li>Nested</li></ul></li></ul>",
            "<ol><li>First</li></ol>",
            "<p><code>x = 1</code></p>",
            "<table><tbody><tr><td>A</td><td>41</td></tr></tbody></table>",
        ],
    ),
    "Gmail": (
        '<div dir="ltr"><div>Dear desk,</div><div><br></div><div>The count <b>began</b> at <span style="font-weight:bold">'
        'nine</span>.<br>Second line.</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>Indented'
        '</div></blockquote><div><ul><li style="margin-left:15px">One</li><li style="margin-left:15px">Two</li></ul></div>'
        '<div class="gmail_quote"><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
        'rgb(204,204,204);padding-left:1ex"><div>Quoted.</div></blockquote></div></div>',
        [
            "<p>Dear desk,</p>",
            "<p>The count <b>began</b> at <b>nine</b>.<br>Second line.</p>",
            "<p>Indented</p>",
            "<ul><li>One</li><li>Two</li></ul>",
            '<figure class="lb-quote"><blockquote><p>Quoted.</p></blockquote></figure>',
        ],
    ),
    "a content management system": (
        '<!-- wp:paragraph {"align":"center"} --><p class="has-text-align-center"><strong>Some background:</strong> more'
        '</p><!-- /wp:paragraph --><!-- wp:heading --><h2 class="wp-block-heading"><strong>Evening</strong></h2>'
        '<!-- wp:list --><ul class="wp-block-list"><li>One<ul class="wp-block-list"><li>Nested</li></ul></li></ul>'
        '<!-- wp:quote --><blockquote class="wp-block-quote"><p>We wait.</p><cite>Ada, clerk</cite></blockquote>'
        '<!-- wp:verse --><pre class="wp-block-verse">Roses\n  are red</pre><!-- wp:code --><pre class="wp-block-code">'
        '<code lang="python" class="language-python">x = 1\n  y</code></pre><p style="font-weight:bold">All of it.<p>Plain.',
        [
            "<p><strong>Some background:</strong> more</p>",
            "<h2><strong>Evening</strong></h2>",
            "<ul><li>One<ul><li>Nested</li></ul></li></ul>",
            '<figure class="lb-quote"><blockquote><p>We wait.</p></blockquote><figcaption>— Ada, clerk</figcaption></figure>',
            "<p>Roses<br>  are red</p>",
            '<pre data-language="python"><code>x = 1\n  y</code></pre>',
            "<p><b>All of it.</b></p>",
            "<p>Plain.</p>",
        ],
    ),
    "an editor of code": (
        "<meta charset='utf-8'><div style=\"color: #d4d4d4;background-color: #1e1e1e;font-family: Menlo, Monaco, 'Courier "
        "New', monospace;font-weight: normal;font-size: 12px;line-height: 18px;white-space: pre;\"><div><span "
        'style="color: #569cd6;">def</span><span style="color: #d4d4d4;"> f():</span></div><div><span>    </span>'
        "<span>return 1 &lt; 2</span></div></div>",
        ["<pre><code>def f():\n    return 1 &lt; 2</code></pre>"],
    ),
    "LibreOffice": (
        '<!DOCTYPE html><html><head><title></title><style type="text/css">p { margin-bottom: 0.25cm }</style></head><body>'
        '<p style="line-height: 100%"><font face="Liberation Serif, serif"><b>Some background:</b></font> more</p>\n'
        "<ul>\n\t<li><p>One</p></li>\n\t<ul>\n\t\t<li><p>Nested</p></li>\n\t</ul>\n</ul><ol start=3><li><p>Third</p></li></ol>"
        "</body></html>",
        [
            "<p><b>Some background:</b> more</p>",
            "<ul><li>One<ul><li>Nested</li></ul></li></ul>",
            '<ol start="3"><li>Third</li></ol>',
        ],
    ),
}
"""What is on the clipboard, and the HTML of each block of the body."""
