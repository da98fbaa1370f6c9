import pytest

from bot.content.journeys import PlatformRecord
from bot.reporting.inputs import clean_link, leads_to

TRACKING = ("utm_*", "fbclid", "igshid", "__cft__*")
FACEBOOK = PlatformRecord(value="facebook", label="Facebook", hosts=("facebook.com", "fb.com"))


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://x.com/a/status/1?utm_source=s&utm_medium=m", "https://x.com/a/status/1"),
        (
            "https://www.facebook.com/p?story_fbid=2&id=3&fbclid=x",
            "https://www.facebook.com/p?story_fbid=2&id=3",
        ),
        ("https://www.facebook.com/p?__cft__[0]=x", "https://www.facebook.com/p"),
        ("HTTPS://X.com/a#top", "https://x.com/a"),
        ("https://x.com:443/a", "https://x.com/a"),
    ],
)
def test_tracking_is_taken_off(link: str, kept: str) -> None:
    """What tracks a reader is taken off; what names the post stays."""
    assert clean_link(link, TRACKING) == kept


@pytest.mark.parametrize(
    "link",
    [
        *("http://x.com/a", "javascript:alert(1)", "data:text/html,x", "x.com/a", "https://", "https:///a"),
        *("https://localhost/a", "https://127.0.0.1/a", "https://user:pw@x.com/a", "https://x.com/a b"),
        *("https://x.com\\@evil.example/a", "https://[::1]/", "https://[bad/", "file:///etc/passwd"),
    ],
)
def test_only_plain_https_links(link: str) -> None:
    """Anything but an https link to a named host is refused."""
    assert clean_link(link, TRACKING) is None


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("https://facebook.com/a", True),
        ("https://m.facebook.com/a", True),
        ("https://facebook.com.evil.example/a", False),
        ("https://notfacebook.com/a", False),
    ],
)
def test_the_platform_that_was_named(link: str, leads: bool) -> None:
    """A link leads to a platform only where its host is the platform's or below one."""
    assert leads_to(link, FACEBOOK) is leads


def test_a_platform_without_hosts_takes_any_link() -> None:
    """Somewhere else can be anywhere."""
    assert leads_to("https://forum.example/a", PlatformRecord(value="other", label="Other"))
