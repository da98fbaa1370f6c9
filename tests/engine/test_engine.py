from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.asking.labels import read_labelled
from bot.content.policy_load import load_policy
from bot.content.wording import Lexicon, Speller, fold, windows
from bot.content.world import World
from bot.engine import engine as engine_module
from bot.engine import features
from bot.engine.engine import BuiltinEngine, Lesson, build_engine, read_lesson
from bot.engine.features import ModelUnavailable, TfidfEncoder, learn_letters, load_minilm
from bot.engine.heads import best_temperature, fit_kernel, fit_logistic, fit_topics, softmax, twin_folds
from bot.engine.wordpiece import WordPiece, load_vocabulary, whole_words
from tests.engine.cross_validation import held_out

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "questions.jsonl"
VOCABULARY = load_vocabulary(ROOT / "bot" / "engine" / "minilm" / "vocab.txt")
STRANGE = [
    "",
    " ",
    "\n\t\r",
    "\x00\x01\x1b[31m",
    "😀😀😀",
    "?!",
    "x" * 20_000,
    "a pupil said " * 1_600,
    "\u202eabc\u200d\ufeff",
    "Puis-je suivre un ancien élève ?",
    "我可以关注学生吗",
    "هل يمكنني متابعة طالب",
    "<script>alert(1)</script>",
    "'; DROP TABLE reports; --",
    "\ud800 lone surrogate",
]


@pytest.fixture(scope="module")
def whole() -> Lesson:
    """What the product learns from."""
    policy = load_policy(ROOT / "policy_kb" / "social-media")
    return read_lesson(ROOT / "intents", [policy])


@pytest.fixture(scope="module", params=[False, True], ids=["minilm", "letters"])
def engine(request: pytest.FixtureRequest, whole: Lesson) -> BuiltinEngine:
    """The engine with the language model, and the one without."""
    return build_engine(whole, ROOT / ".cache", small=request.param)


@pytest.fixture(scope="module")
def lexicon(whole: Lesson) -> Lexicon:
    """The product's own lexicon."""
    return whole.lexicon


@pytest.fixture
def little(lexicon: Lexicon) -> Lesson:
    """A few examples of a few intents: enough to train on in a moment."""
    texts = {
        "policy_follow": [
            "can I follow a student",
            "following pupils",
            "add a pupil",
            "be friends with kids",
        ],
        "policy_logo": ["may I use the logo", "school badge on my page", "the crest", "branding on mine"],
        "out_of_scope": ["what is for lunch", "when is pay day", "book a room", "reset my laptop"],
        "danger": ["a child is in danger", "he hits her", "she wants to die", "a pupil is being groomed"],
    }
    pairs = [(text, intent) for intent, examples in texts.items() for text in examples]
    return Lesson(tuple(text for text, _ in pairs), tuple(intent for _, intent in pairs), lexicon)


def test_any_text_is_parsed(engine: BuiltinEngine) -> None:
    """No text makes it raise: empty, huge, emoji alone, control characters, other languages."""
    for text in STRANGE:
        parse = engine.parse(text)
        assert parse.text == text
        assert 0.0 <= parse.in_scope <= 1.0
        assert all(0.0 <= ranked.confidence <= 1.0 for ranked in parse.ranking)


def test_text_without_words_is_nothing(engine: BuiltinEngine) -> None:
    """Emoji and signs alone rank no intent at all."""
    for text in ("", "  \n", "😀😀", "?!...", "\x00"):
        assert engine.parse(text).ranking == ()
        assert engine.parse(text).in_scope == 0.0


def test_words_without_end_are_not_kept() -> None:
    """What somebody types without a space costs no memory once it is read: it is no word that comes again."""
    rarity = np.ones((2, 64), dtype=np.float32)
    features.weigh(["once"], rarity)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(10):
            features.weigh([f"{number:x}" * 1200], rarity)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000


def test_odds_add_up(engine: BuiltinEngine) -> None:
    """The odds of all intents come best first and sum to one."""
    for text in ("can I follow a former student", "what is for lunch", "a pupil told me her dad hits her"):
        odds = [ranked.confidence for ranked in engine.parse(text).ranking]
        assert odds == sorted(odds, reverse=True)
        assert sum(odds) == pytest.approx(1.0, abs=1e-6)


def test_same_text_gives_the_same_parse(engine: BuiltinEngine) -> None:
    """Nothing is left to chance, and nothing is remembered between two questions."""
    first = engine.parse("can my department have an instagram")
    engine.parse("hello")
    assert engine.parse("can my department have an instagram") == first


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("can I follow a former student on my own account", "policy_follow_former_student"),
        ("a former student wants to follow me on my own account, accept?", "policy_student_follows_me"),
        ("should our school account follow pupils back", "policy_federation_account_follow_students"),
        ("may pupils follow our school account", "policy_students_follow_federation_account"),
        ("can I put pupils' photos on my own instagram", "policy_photo_on_personal_account"),
        ("can the school put pupils' photos on its official page", "policy_photo_on_federation_account"),
        ("somebody has posted abuse on our page right now, I want to report it", "report_abuse"),
        ("I accidentally took a compromising photo of a pupil and want to report it", "report_image"),
        ("a student has told me that her father beats her", "danger"),
        ("how do I book annual leave", "out_of_scope"),
        ("hello there", "greet"),
    ],
)
def test_opposites_are_told_apart(engine: BuiltinEngine, question: str, intent: str) -> None:
    """Who follows whom, from which account, and what has happened: each leads to its own intent."""
    assert engine.parse(question).top.intent == intent


def test_spelling_and_slang_are_understood(engine: BuiltinEngine) -> None:
    """Typing slips and the words of phones do not change the answer."""
    for text in ("can i folow a fromer stduent on my own acount", "can i follow an ex pupil on my insta"):
        assert engine.parse(text).top.intent == "policy_follow_former_student"


def test_danger_in_a_long_story_is_seen(engine: BuiltinEngine) -> None:
    """One sentence of danger among many calm ones is not averaged away."""
    calm = "We had a very nice trip to the museum and the coach was on time. "
    told = calm * 8 + "On the way back a girl told me that her uncle touches her at night. " + calm * 8
    alarm = engine.parse(told).alarm
    assert alarm is not None
    assert alarm.danger > engine.parse(calm * 16).alarm.danger + 0.3  # type: ignore[union-attr]


@pytest.mark.slow
def test_confidence_means_what_it_says(whole: Lesson) -> None:
    """Of the topics that the engine is nearly sure of, on examples it never saw, nearly all are right."""
    tried = list(islice(held_out(whole, len(whole.texts), small=True), 600))
    topics = [item for item in tried if item.intent.startswith("policy_")]
    sure = [
        item.parse.top.intent == item.intent
        for item in topics
        if item.parse.top.confidence >= 0.9 and item.parse.top.intent.startswith("policy_")
    ]
    assert len(sure) >= 50
    assert sum(sure) / len(sure) >= 0.9


def test_what_was_learnt_is_kept(little: Lesson, tmp_path: Path) -> None:
    """A second start reads the cache and parses alike; a changed example makes a new cache."""
    first = build_engine(little, tmp_path, small=True)
    (kept,) = tmp_path.glob("*.npz")
    written = kept.stat().st_mtime_ns
    second = build_engine(little, tmp_path, small=True)
    assert second.parse("may I follow a pupil") == first.parse("may I follow a pupil")
    assert kept.stat().st_mtime_ns == written
    changed = Lesson((*little.texts[:-1], "another sentence"), little.intents, little.lexicon)
    build_engine(changed, tmp_path, small=True)
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_only_the_newest_caches_are_kept(little: Lesson, tmp_path: Path) -> None:
    """Examples that change every day do not fill the disk; a file of another kind is let be."""
    (tmp_path / "notes.npz").write_bytes(b"mine")
    for count in range(6):
        changed = Lesson((*little.texts[:-1], f"sentence {count}"), little.intents, little.lexicon)
        build_engine(changed, tmp_path, small=True)
    assert len(list(tmp_path.glob("engine-*.npz"))) == 4
    assert (tmp_path / "notes.npz").exists()
    newest = max(tmp_path.glob("engine-*.npz"), key=lambda path: path.stat().st_mtime_ns)
    written = newest.stat().st_mtime_ns
    build_engine(changed, tmp_path, small=True)
    assert newest.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [b"", b"not a zip file", None])
def test_broken_cache_is_learnt_again(little: Lesson, tmp_path: Path, damage: bytes | None) -> None:
    """A cache file that is empty, foreign or cut short is replaced, and nothing is raised."""
    before = build_engine(little, tmp_path, small=True).parse("may I follow a pupil")
    (kept,) = tmp_path.glob("*.npz")
    whole_file = kept.read_bytes()
    kept.write_bytes(whole_file[: len(whole_file) // 2] if damage is None else damage)
    assert build_engine(little, tmp_path, small=True).parse("may I follow a pupil") == before
    assert kept.read_bytes()[:2] == b"PK"


def test_of_those_that_start_at_once_one_learns(
    little: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several starts on an empty cache learn once between them, and answer alike."""
    learn, learnt = engine_module._Reader.learn, []

    def counted(reader: Any, told: Any) -> Any:
        learnt.append(reader)
        return learn(reader, told)

    monkeypatch.setattr(engine_module._Reader, "learn", counted)
    with ThreadPoolExecutor(3) as together:
        starts = [together.submit(build_engine, little, tmp_path, small=True) for _ in range(3)]
    first, *others = [start.result().parse("may I follow a pupil") for start in starts]
    assert len(learnt) == 1
    assert others == [first, first]


def test_cache_is_optional(little: Lesson, tmp_path: Path) -> None:
    """A cache folder that cannot be made is no fault."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert build_engine(little, blocked / "cache", small=True).parse("follow a pupil").ranking


def test_missing_model_is_said(little: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the model package the engine works from letters, and says that it is less accurate."""
    monkeypatch.setattr(features, "_PACKAGE", "no_such_package_here")
    engine = build_engine(little)
    assert engine.reduced_accuracy
    assert engine.parse("can I follow a student").top.intent == "policy_follow"


def test_changed_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model file with another hash than the one that was checked is not run."""
    monkeypatch.setattr(features, "_SHA256", "0" * 64)
    with pytest.raises(ModelUnavailable, match="not the file that was checked"):
        load_minilm(WordPiece(VOCABULARY))


def test_model_is_used_where_it_is_installed(whole: Lesson) -> None:
    """With the model package, accuracy is not reduced."""
    assert not build_engine(whole, ROOT / ".cache").reduced_accuracy


def test_model_rows_do_not_depend_on_their_neighbours() -> None:
    """Alone and filled up in a batch a text has the same vector, of length 1, to a cosine of 1 less 1e-6."""
    encoder = load_minilm(WordPiece(VOCABULARY))
    asked = "can I follow a former student on my own account"
    texts = ["hello", "hello there my good friend", "a b c d e f g h i", asked, "x " * 400]
    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 1 - 1e-6
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_mapped_weights_say_what_the_model_says(tmp_path: Path) -> None:
    """From the folder of weights, from a broken one and without any, a text has the same vector."""
    pieces, texts = WordPiece(VOCABULARY), ["hello", "can I follow a former student"]
    plain = load_minilm(pieces).encode(texts)
    assert np.array_equal(load_minilm(pieces, tmp_path).encode(texts), plain)
    (kept,) = tmp_path.glob("minilm-*/model.data")
    assert kept.stat().st_size > 20 << 20
    assert np.array_equal(load_minilm(pieces, tmp_path).encode(texts), plain)
    kept.write_bytes(b"")
    assert np.array_equal(load_minilm(pieces, tmp_path).encode(texts), plain)
    assert [path.name for path in tmp_path.iterdir()] == [kept.parent.name]


def test_whole_numbers_read_what_the_package_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In whole numbers and by the package's own steps a text has the same vector, to a cosine of 1 less 1e-6.

    The package's own are run where a processor's sums overflow, and a known text is read as another.
    """
    pieces, asked = WordPiece(VOCABULARY), [question.q for question in read_labelled(GOLDEN)[:60]]
    texts = [*asked, " ".join(asked[:12]), "x " * 400, "", "日本語 🙂"]
    fast = load_minilm(pieces, tmp_path).encode(texts)
    monkeypatch.setattr(features, "_READ_AS", (0.5, 0.5))
    slow = load_minilm(pieces, tmp_path).encode(texts)
    sizes = sorted(kept.stat().st_size >> 20 for kept in tmp_path.glob("minilm-*/model.data"))
    assert [size > 80 for size in sizes] == [False, True]
    assert (fast * slow).sum(axis=1).min() > 1 - 1e-6


def test_word_pieces_are_those_of_the_model() -> None:
    """Known words, split words, accents and signs get the ids that BERT's own tokenizer gives."""
    pieces = WordPiece(VOCABULARY)
    assert pieces.ids("Hello, world!") == [101, 7592, 1010, 2088, 999, 102]
    assert pieces.ids("unaffable") == [101, 14477, 20961, 3468, 102]
    assert pieces.ids("élève") == pieces.ids("eleve")
    assert pieces.ids("") == [101, 102]
    assert len(pieces.ids("word " * 500)) == 128


def test_letters_give_rows_of_length_one() -> None:
    """The encoder without a model gives rows of length one, and zeros for a text without words."""
    texts = ["can I follow a student", "may I use the logo", "what is for lunch"]
    rows = TfidfEncoder(learn_letters(texts, columns=64, mixtures=3)).encode([*texts, ""])
    assert np.linalg.norm(rows[:3], axis=1) == pytest.approx(1.0, abs=1e-5)
    assert not rows[3].any()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("can i folow a studnet", "can i follow a student"),
        ("my disclamer?", "my disclaimer?"),
        ("unfollowing students", "unfollowing students"),
        ("what about plagiarism", "what about plagiarism"),
        ("teh", "teh"),
    ],
)
def test_spelling_is_repaired_towards_the_policy(typed: str, meant: str) -> None:
    """A slip is put right; a rare right word, a short one, and an opposite are left alone."""
    texts = ["can i follow a student", "a disclaimer", "following students", "what about it"]
    assert Speller(texts, whole_words(VOCABULARY)).repair(typed) == meant


def test_slip_of_an_example_is_no_word() -> None:
    """What people mistype in the examples is put right; a rare word that only looks like a slip is not."""
    common = ["my account is for friends, what may i share of a breach at school"] * 30
    rare = ["acount", "freinds", "parents", "perents", "schools", "bleach", "shaming", "sharing"]
    speller = Speller([*common, *["parents and sharing"] * 30, *rare], frozenset())
    typed = "my acount and freinds, the schools, perents, bleach and shaming"
    assert speller.repair(typed) == "my account and friends, the schools, parents, bleach and shaming"
    assert speller.knows("acount")


def test_slips_of_the_real_examples_are_put_right(world: World) -> None:
    """The examples of this repository hold misspellings: none of them counts as a word of its own."""
    lesson = read_lesson(ROOT / "intents", [world.policy])
    speller = Speller([fold(text) for text in lesson.texts], whole_words(VOCABULARY))
    assert speller.repair("a freind sees my acount on facebok") == "a friend sees my account on facebook"
    right = "a caption, a meme, some bleach and lice, shaming, nagging, a repost by trainees"
    assert speller.repair(right) == right


def test_text_is_folded_and_cut() -> None:
    """Quotes are straight, invisible signs gone, and of a long text the two ends are kept."""
    assert fold("  “Don’t”\u200b\n\tSHOUT\x00 ") == '"don\'t" shout'
    folded = fold("start " + "middle " * 3_000 + "end")
    assert len(folded) <= 1_200
    assert folded.startswith("start")
    assert folded.endswith("end")


def test_stories_are_read_in_windows() -> None:
    """One sentence has no windows; a story is cut at its sentences and clauses, in pairs of neighbours."""
    assert windows("One sentence alone.") == []
    assert windows("One here. Two here. Three here.") == ["one here. two here.", "two here. three here."]
    parts = windows("A first sentence here. " * 20)
    assert parts[0] == "a first sentence here. a first sentence here."
    assert len(parts) == 19


def test_words_of_phones_become_plain(lexicon: Lexicon) -> None:
    """Slang is spelt out, pupils are students, and platforms can be masked."""
    standard = lexicon.standard("Can I DM ex-pupils on Insta?")
    assert standard == "can i direct message former students on instagram?"
    assert lexicon.masked(standard) == "can i direct message former students on social media?"


def test_cues_know_who_does_it(lexicon: Lexicon) -> None:
    """ "They follow us" and "we follow them" hold different cues."""
    names = [cue.name for cue in lexicon.cues]
    they = dict(zip(names, lexicon.cued(lexicon.standard("a pupil follows me")), strict=True))
    we = dict(zip(names, lexicon.cued(lexicon.standard("I follow a pupil")), strict=True))
    assert they["they do it to us"]
    assert not we["they do it to us"]
    assert we["we do it to them"]


def test_head_learns_what_can_be_learnt() -> None:
    """Logistic regression separates what is separable, and each label weighs the same."""
    rows = np.array([[1, 0], [0.9, 0.1], [0.8, 0], [1, 0.1], [0, 1]], dtype=np.float32)
    labels = ["a", "a", "a", "a", "b"]
    head = fit_logistic(rows, labels, 0.01, ("a", "b"))
    odds = softmax(head.scores(rows))
    assert odds.argmax(axis=1).tolist() == [0, 0, 0, 0, 1]
    assert odds[4, 1] > 0.8


def test_folds_share_out_every_label() -> None:
    """Each example is tried once, and no label is missing where there is enough of it."""
    rows = np.eye(12, dtype=np.float32)
    labels = ["a", "b"] * 6
    tried = [part.tolist() for _, part in twin_folds(rows, labels, 3)]
    assert sorted(place for part in tried for place in part) == list(range(12))
    assert all({labels[place] for place in part} == {"a", "b"} for part in tried)


def test_near_twins_are_tried_together() -> None:
    """Rows of one label that say the same are never on both sides of a split; each is tried once."""
    rows = np.array([[1, 0, 0], [0.99, 0.1, 0], [0, 1, 0], [0, 0, 1], [0.98, 0.1, 0]], dtype=np.float32)
    splits = [set(part.tolist()) for _, part in twin_folds(rows, ["a", "a", "a", "a", "b"], 3)]
    assert sorted(place for part in splits for place in part) == [0, 1, 2, 3, 4]
    assert any({0, 1} <= part for part in splits)
    assert not any({0, 2} <= part or {0, 3} <= part for part in splits)


def test_kernel_solves_its_equations() -> None:
    """The blocks give what a general solver gives, and an example scores highest for its own label."""
    random = np.random.default_rng(0)
    rows = random.standard_normal((600, 20)).astype(np.float32)
    labels = [("a", "b", "c")[place % 3] for place in range(600)]
    kernel = fit_kernel(rows, labels, ("a", "b", "c"))
    cosines = kernel.cosines(rows)
    matrix = np.exp((cosines.astype(np.float64) - 1) / 0.5) + 0.1 * np.eye(600)
    truth = np.eye(3)[[place % 3 for place in range(600)]]
    assert kernel.weights == pytest.approx(np.linalg.solve(matrix, truth), abs=1e-3)
    assert kernel.scores(cosines).argmax(axis=1).tolist() == [place % 3 for place in range(600)]


def test_topic_head_ranks_by_all_its_parts() -> None:
    """What lies among the examples of a topic is that topic, with the kernel's word added to it."""
    rows = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], dtype=np.float32)
    head = fit_topics(rows, ["a", "a", "b", "b"], ("a", "b"))
    silent = np.zeros((2, 2), dtype=np.float32)
    assert head.scores(rows[[0, 3]], silent).argmax(axis=1).tolist() == [0, 1]
    loud = np.array([[0, 9], [9, 0]], dtype=np.float32)
    assert head.scores(rows[[0, 3]], loud).argmax(axis=1).tolist() == [1, 0]


def test_temperature_cools_bold_scores() -> None:
    """Scores that are surer than they are right are made milder."""
    scores = np.array([[9.0, 0.0], [9.0, 0.0], [9.0, 0.0], [9.0, 0.0]])
    assert best_temperature(scores, np.array([0, 0, 0, 1])) > 2
