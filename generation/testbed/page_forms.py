"""The forms of a page as a browser sends them, and what the page shows people: read off its HTML."""

from html.parser import HTMLParser

ONE_LINE = {"text", "search", "tel", "url", "email", "password"}
UNSENT = {"submit", "button", "reset", "image", "file"}


class Forms(HTMLParser):
    """The successful controls of each form of a page, after "constructing the entry list" of the HTML standard."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[dict[str, str | None], list[tuple[str, str]]]] = []
        self.seen: list[str] = []      # what stands on the page for people
        self._entries: list[tuple[str, str]] | None = None
        self._area: str | None = None
        self._select: tuple[str, bool] | None = None
        self._options: list[tuple[str, bool]] = []
        self._option: tuple[str | None, bool] | None = None
        self._text: list[str] = []
        self._quiet = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_sent = self._entries is not None and bool(given.get("name")) and "disabled" not in given
        if tag in {"script", "style", "template"}:
            self._quiet += 1
        elif tag == "form":
            self.forms.append((given, []))
            self._entries = self.forms[-1][1]
        elif tag == "input":
            kind = (given.get("type") or "text").lower()
            if kind not in {"hidden", "checkbox", "radio", *UNSENT}:
                self.seen.append(given.get("value") or "")
            value = given.get("value") or ""
            if kind in ONE_LINE:      # the standard's value sanitization
                value = value.replace("\n", "").replace("\r", "")
            if is_sent and kind not in UNSENT and (kind not in {"checkbox", "radio"} or "checked" in given):
                assert self._entries is not None
                self._entries.append((
                    given["name"] or "", value or ("on" if kind in {"checkbox", "radio"} else "")))
        elif tag == "textarea":
            self._area, self._text = (given["name"] or "") if is_sent else "", []
        elif tag == "select":
            self._select, self._options = ((given["name"] or "") if is_sent else "", "multiple" in given), []
        elif tag == "option":
            self._end_option()
            self._option, self._text = (given.get("value"), "selected" in given), []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template"}:
            self._quiet -= 1
        elif tag == "form":
            self._entries = None
        elif tag == "textarea" and self._area is not None:
            text = "".join(self._text)
            self.seen.append(text)
            if self._area and self._entries is not None:
                self._entries.append((self._area, text.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")))
            self._area = None
        elif tag == "option":
            self._end_option()
        elif tag == "select" and self._select is not None:
            self._end_option()
            self._end_select()

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if not self._quiet:
            self.seen.append(data)

    def _end_option(self) -> None:
        if self._option is not None:
            value, is_selected = self._option
            self._options.append(("".join(self._text).strip() if value is None else value, is_selected))
            self._option = None

    def _end_select(self) -> None:
        assert self._select is not None
        name, is_multiple = self._select
        chosen = [value for value, is_selected in self._options if is_selected]
        if not is_multiple:
            chosen = chosen[-1:] or [value for value, _is_selected in self._options[:1]]
        if name and self._entries is not None:
            self._entries += [(name, value) for value in chosen]
        self._select = None


def main_form(text: str) -> dict[str, list[str]]:
    """What pressing "Save" on a page of the admin sends."""
    [entries] = [
        entries for given, entries in Forms(text).forms if (given.get("id") or "").endswith("_form") and entries
        and given.get("method") == "post" and given["id"] not in {"logout-form", "changelist-form"}
    ]
    return gathered(entries)


def sign_in_form(text: str) -> dict[str, list[str]]:
    """What the sign-in page sends, with nothing typed yet."""
    return next(gathered(entries) for _given, entries in Forms(text).forms if "password" in dict(entries))


def gathered(entries: list[tuple[str, str]]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in entries:
        sent.setdefault(name, []).append(value)
    return sent
