"""The last gate before the browser: an allow-list of tags, attributes, classes and address schemes.

The Markdown parser makes no tag that is not listed here and passes no HTML through; the gate holds if that ever fails.
"""

from __future__ import annotations

from functools import cache

import nh3

from arena.ui.markup.code import LANGUAGE_CLASSES, TOKEN_CLASSES
from arena.ui.markup.formulas import MATHML_ATTRIBUTES, MATHML_TAGS

HTML_TAGS = "p br hr h3 h4 h5 h6 em strong s code pre blockquote ul ol li a span div table thead tbody tr th td"
LINK_SCHEMES = frozenset({"http", "https", "mailto"})
LINK_REL = "noopener nofollow noreferrer ugc"
WRAPPER_CLASSES = frozenset({"table-wrap", "formula"})
ALIGNMENT_CLASSES = frozenset({"align-left", "align-center", "align-right"})


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={*HTML_TAGS.split(), *MATHML_TAGS},
        clean_content_tags={"script", "style"},
        attributes={
            "*": set(),
            "a": {"href"},
            "ol": {"start"},
            **{tag: set(names) for tag, names in MATHML_ATTRIBUTES.items()},
        },
        tag_attribute_values={name: {"tabindex": {"0"}} for name in ("div", "pre", "span")},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        allowed_classes={
            "code": set(LANGUAGE_CLASSES),
            "span": {*TOKEN_CLASSES, "formula"},
            "div": set(WRAPPER_CLASSES),
            "pre": {"as-written"},
            "th": set(ALIGNMENT_CLASSES),
            "td": set(ALIGNMENT_CLASSES),
            "mrow": {"boxed"},
        },
        url_schemes=set(LINK_SCHEMES),
        url_relative="deny",
        link_rel=LINK_REL,
    )


def sanitise(html: str) -> str:
    """The HTML with nothing in it but what is allowed."""
    return _cleaner().clean(html)
