from datetime import UTC, datetime

import pytest

from bot.content.journeys import PlatformRecord
from bot.content.world import World
from bot.domain.turns import Tokens
from bot.reporting.inputs import FieldContext, clean_link, leads_to, read_fields

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TRACKING = ("utm_*", "fbclid")
FACEBOOK = PlatformRecord(value="facebook", label="Facebook", hosts=("facebook.com", "fb.com"))


def kept(world: World, link: str) -> str | None:
    """The link as it is kept, by the platforms and words of `order.yml`."""
    return clean_link(link, world.playbook.tracking, world.playbook.platforms)


@pytest.mark.parametrize(
    ("link", "left"),
    [
        ("https://x.com/a/status/1?utm_source=s&utm_medium=m", "https://x.com/a/status/1"),
        ("https://x.com/a/status/1?s=20&t=aBc", "https://x.com/a/status/1"),
        (
            "https://www.facebook.com/p?story_fbid=2&id=3&fbclid=x&mibextid=y",
            "https://www.facebook.com/p?story_fbid=2&id=3",
        ),
        ("https://www.facebook.com/p?__cft__[0]=x&__cft__%5B1%5D=y", "https://www.facebook.com/p"),
        ("https://www.instagram.com/p/C1/?img_index=2&igsh=x", "https://www.instagram.com/p/C1/?img_index=2"),
        ("https://youtu.be/abc?si=x&t=30", "https://youtu.be/abc?t=30"),
        ("https://vm.tiktok.com/Z1/?_r=1&_t=2", "https://vm.tiktok.com/Z1/"),
        ("https://forum.example/a?UTM_Source=x#utm_medium=y", "https://forum.example/a"),
        ("https://forum.example/a?fbclid", "https://forum.example/a"),
        ("HTTPS://X.com/a", "https://x.com/a"),
        ("https://x.com:443/a#", "https://x.com/a"),
    ],
)
def test_tracking_is_taken_off(world: World, link: str, left: str) -> None:
    """What tracks a reader is taken off; what names the post stays."""
    assert kept(world, link) == left


@pytest.mark.parametrize(
    "link",
    [
        *("https://forum.example/viewtopic.php?f=2&t=5#p123", "https://forum.example/?12345"),
        *("https://forum.example/a?s=20&t=5&si=1&ref=2&feature=3", "https://forum.example/#!/thread/7"),
        *("https://forum.example:8443/a?b=c/d&b=e", "https://forum.example/a?empty=&q=a+b%20c"),
        *("https://youtube.com/watch?v=abc&list=PL1&t=30s#comment", "https://x.com/a#reply-5"),
    ],
)
def test_what_finds_the_post_stays(world: World, link: str) -> None:
    """Query, fragment and port stay as they were, where nobody knows them to track."""
    assert kept(world, link) == link


def test_nothing_in_a_query_can_be_taken_for_markup() -> None:
    """Brackets, quotes and bars of a query are written as signs of a link."""
    link = clean_link("https://forum.example/?a=<b>|\"c\"[d](e)#'f'", ())
    assert link == "https://forum.example/?a=%3Cb%3E%7C%22c%22%5Bd%5D%28e%29#%27f%27"


@pytest.mark.parametrize(
    ("platform", "hosts"),
    {
        "facebook": ("fb.watch", "fb.me", "m.facebook.com"),
        "instagram": ("instagr.am", "www.instagram.com"),
        "x": ("t.co", "mobile.twitter.com"),
        "linkedin": ("lnkd.in",),
        "youtube": ("youtu.be", "m.youtube.com"),
        "tiktok": ("vm.tiktok.com", "vt.tiktok.com"),
        "whatsapp": ("wa.me", "chat.whatsapp.com"),
        "google": ("maps.app.goo.gl", "g.page"),
    }.items(),
)
def test_short_hosts_belong_to_their_platform(world: World, platform: str, hosts: tuple[str, ...]) -> None:
    """A short link is taken where its platform was named, and refused where another was."""
    record = world.playbook.field("link")
    assert record is not None
    for host in hosts:
        for named in (platform, "snapchat"):
            desk = FieldContext(world, {"platform": (named,)}, Tokens("d", "FED-7K3Q", "c"), NOW)
            read = read_fields((record,), {"link": (f"https://{host}/Ab1",)}, desk)
            assert ("link" in read.errors) is (named == "snapchat"), host


@pytest.mark.parametrize(
    "link",
    [
        *("http://x.com/a", "javascript:alert(1)", "data:text/html,x", "x.com/a", "https://", "https:///a"),
        *("https://localhost/a", "https://127.0.0.1/a", "https://user:pw@x.com/a", "https://x.com/a b"),
        *("https://x.com\\@evil.example/a", "https://[::1]/", "https://[bad/", "file:///etc/passwd"),
        *("https://x.com:99999/a", "https://x.com:port/a"),
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
