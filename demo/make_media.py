#!/usr/bin/env python3
"""Make the video, the audio and the diagram of the demonstration.

Writes, into ``files/`` beside this script: ``two-way`` (WebM, MP4, poster, captions, transcripts),
``first-meeting`` (MP3, captions, transcript) and ``levels.png``. The words below are the only
source: voice, captions and transcripts all come from them, so they cannot drift apart.

Debian packages: ``ffmpeg``, ``python3-pil``, ``fonts-noto-core`` and, from non-free,
``libttspico-utils`` (the voice). Run with Debian's own Python:

    python3 make_media.py                 everything
    python3 make_media.py --stills DIR    a picture of every 1.5 seconds of the video, to look at
"""

import math
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FILES = Path(__file__).resolve().parent / "files"
FONT = "/usr/share/fonts/truetype/noto/NotoSans-{}.ttf"

INK, INK_SOFT, PAPER, PAPER_TINT, LINE = "#16202e", "#4a5768", "#ffffff", "#f3f6fa", "#d5dde7"
BRAND, BRAND_STRONG, BRAND_TINT = "#0b4f9e", "#083a76", "#e6f0fb"
ACCENT, ACCENT_TINT = "#a84606", "#fdeee2"

WIDTH, HEIGHT, FPS = 854, 480, 24
SHARP = 2  # everything is drawn this many times larger, then reduced, for smooth edges
GROUND = 352
LEFT, MIDDLE, RIGHT = 150, 427, 704
HALFWAY, MEET = 300, (340, 514)
CROSSFADE = 0.5
CAPTION_WIDTH = 42


# ---------------------------------------------------------------- the words


@dataclass
class Line:
    """One sentence or two: a piece of speech and a caption. ``pause`` is the silence after it."""

    en: str
    fr: str = ""
    pause: float = 0.35
    start: float = 0.0
    end: float = 0.0


@dataclass
class Scene:
    seen: str
    seen_fr: str
    lines: list[Line]
    draw: object
    headline: str = ""
    start: float = 0.0
    end: float = 0.0


def two_way_scenes():
    return [
        Scene(
            "A title. Two arrows grow towards each other, one from the left and one from the "
            "right.",
            "Un titre. Deux flèches s’allongent l’une vers l’autre, depuis la gauche et depuis "
            "la droite.",
            [
                Line(
                    "Integration is a two-way process.",
                    "L’intégration est un processus à double sens.",
                    0.9,
                )
            ],
            draw_title,
        ),
        Scene(
            "Three people appear on the left, labelled newcomers. Three people and two houses "
            "appear on the right, "
            "labelled community.",
            "Trois personnes apparaissent à gauche, avec la mention « Newcomers » (nouveaux "
            "arrivants). Trois personnes et "
            "deux maisons apparaissent à droite, avec la mention « Community » (communauté).",
            [
                Line(
                    "On one side are people who have just arrived.",
                    "D’un côté, des personnes qui viennent d’arriver.",
                ),
                Line(
                    "On the other side is the community that already lives here.",
                    "De l’autre, la communauté qui vit déjà ici.",
                    0.6,
                ),
            ],
            draw_sides,
            "Two sides",
        ),
        Scene(
            "An arrow leads from the newcomers to the community. Above it: language, work, home.",
            "Une flèche va des nouveaux arrivants vers la communauté. Au-dessus : langue, "
            "travail, logement.",
            [
                Line(
                    "Newcomers learn how the place works.",
                    "Les nouveaux arrivants apprennent comment vit la commune.",
                ),
                Line(
                    "They look for a language course, a job, a home.",
                    "Ils cherchent un cours de langue, un travail, un logement.",
                    0.6,
                ),
            ],
            draw_newcomers_learn,
            "Newcomers learn",
        ),
        Scene(
            "A second arrow leads back, from the community to the newcomers. Below it: schools, "
            "firms, clubs.",
            "Une deuxième flèche part en sens inverse, de la communauté vers les nouveaux "
            "arrivants. "
            "Au-dessous : écoles, entreprises, associations.",
            [
                Line("The community learns too.", "La communauté apprend aussi."),
                Line(
                    "It opens its schools, its firms and its clubs.",
                    "Elle ouvre ses écoles, ses entreprises et ses associations.",
                    0.7,
                ),
            ],
            draw_community_learns,
            "The community learns too",
        ),
        Scene(
            "Only the newcomers move towards the middle. A dashed line shows the gap that remains.",
            "Seuls les nouveaux arrivants avancent vers le milieu. Une ligne pointillée montre "
            "l’écart qui reste.",
            [
                Line(
                    "When only one side moves, the two stay apart.",
                    "Si un seul côté avance, les deux restent séparés.",
                    0.8,
                )
            ],
            draw_one_side,
            "One side alone: still apart",
        ),
        Scene(
            "Now both groups move until they stand together in the middle. Above them: streets, "
            "schools, workplaces.",
            "Maintenant les deux groupes avancent et se rejoignent au milieu. Au-dessus : rues, "
            "écoles, lieux de travail.",
            [
                Line(
                    "When both sides move, they meet.",
                    "Si les deux côtés avancent, ils se rencontrent.",
                ),
                Line(
                    "They meet in streets, in schools and at work.",
                    "Ils se rencontrent dans la rue, à l’école et au travail.",
                    0.7,
                ),
            ],
            draw_both_sides,
            "Both sides: they meet",
        ),
        Scene(
            "The groups step back, and a town hall appears between them, with arrows to both. "
            "Above it: bring together, listen, change.",
            "Les groupes reculent et une mairie apparaît entre eux, avec des flèches vers chacun. "
            "Au-dessus : réunir, écouter, changer.",
            [
                Line(
                    "The municipality can help both sides.",
                    "La municipalité peut aider les deux côtés.",
                ),
                Line(
                    "It brings people together. It listens. It changes what does not work.",
                    "Elle réunit les gens. Elle écoute. Elle change ce qui ne fonctionne pas.",
                    0.8,
                ),
            ],
            draw_municipality,
            "The municipality helps both sides",
        ),
        Scene(
            "Two numbered cards. One question appears on each. At the end both cards get a tick.",
            "Deux cartes numérotées. Une question apparaît sur chacune. À la fin, les deux "
            "cartes reçoivent une coche.",
            [
                Line(
                    "So ask two questions about your own town.",
                    "Posez donc deux questions sur votre commune.",
                    0.4,
                ),
                Line(
                    "What do newcomers need to take part?",
                    "De quoi les nouveaux arrivants ont-ils besoin pour participer ?",
                    0.5,
                ),
                Line(
                    "And what can we change, as a community?",
                    "Et que pouvons-nous changer, en tant que communauté ?",
                    0.7,
                ),
                Line(
                    "Write down one answer to each, and start there.",
                    "Notez une réponse à chacune, et commencez par là.",
                    1.8,
                ),
            ],
            draw_questions,
            "Two questions for your town",
        ),
    ]


FIRST_MEETING = [
    Line("How a first meeting can open.", pause=0.8),
    Line("This is an example. Change the words to fit your town.", pause=0.8),
    Line("Good afternoon, and welcome. Thank you for coming.", pause=0.5),
    Line("We work for the municipality. Our names are on the cards in front of us."),
    Line("Today we are here to listen. There is no test."),
    Line("An interpreter is with us. Please take the time you need.", pause=0.6),
    Line("You choose what you tell us. You can say no, or stop, at any time.", pause=0.6),
    Line("First, we would like to hear about your first weeks here."),
    Line("Then we will say what our office can do, and what it cannot do."),
    Line("Before we close, we agree on one next step, with a name and a date.", pause=0.7),
    Line("So, to begin: what would help you most?", pause=0.9),
    Line("A good opening says who is here, why we meet, and what comes next.", pause=1.0),
]


# ---------------------------------------------------------------- drawing


def mix(colour, amount, ground=PAPER):
    """The colour laid over the ground: 0 is the ground, 1 is the colour."""
    amount = min(1.0, max(0.0, amount))
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(g + (c - g) * amount):02x}" for c, g in pairs)


def ease(seconds, duration=0.8):
    """From 0 to 1, gently, in the given time; before its start 0, after its end 1."""
    x = min(1.0, max(0.0, seconds / duration))
    return x * x * (3 - 2 * x)


@cache
def font(size, weight="Bold"):
    return ImageFont.truetype(FONT.format(weight), round(size * SHARP))


class Canvas:
    """A Pillow drawing in the small co-ordinates of the finished picture."""

    def __init__(self, width=WIDTH, height=HEIGHT, ground=PAPER):
        self.size = (width, height)
        self.image = Image.new("RGB", (width * SHARP, height * SHARP), ground)
        self.pen = ImageDraw.Draw(self.image)

    def _s(self, *numbers):
        return [n * SHARP for n in numbers]

    def finished(self):
        return self.image.resize(self.size, Image.LANCZOS)

    def box(self, x0, y0, x1, y1, fill, radius=0, outline=None, width=0):
        self.pen.rounded_rectangle(
            self._s(x0, y0, x1, y1), radius * SHARP, fill, outline, round(width * SHARP)
        )

    def disc(self, x, y, r, fill, outline=None, width=0):
        self.pen.ellipse(self._s(x - r, y - r, x + r, y + r), fill, outline, round(width * SHARP))

    def polygon(self, points, fill):
        self.pen.polygon([(x * SHARP, y * SHARP) for x, y in points], fill)

    def line(self, points, fill, width):
        self.pen.line(
            [(x * SHARP, y * SHARP) for x, y in points], fill, round(width * SHARP), joint="curve"
        )

    def text(self, x, y, words, size, fill=INK, weight="Bold", anchor="mm"):
        self.pen.text((x * SHARP, y * SHARP), words, fill, font(size, weight), anchor)

    def text_width(self, words, size, weight="Bold"):
        return font(size, weight).getlength(words) / SHARP

    def arrow(self, x0, y0, x1, y1, fill, width=10, head=26):
        """From the first point to the second; a very short one is not drawn."""
        length = math.hypot(x1 - x0, y1 - y0)
        if length < head:
            return
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        bx, by = x1 - ux * head, y1 - uy * head
        self.line([(x0, y0), (bx + ux, by + uy)], fill, width)
        side = head * 0.62
        self.polygon(
            [(x1, y1), (bx - uy * side, by + ux * side), (bx + uy * side, by - ux * side)], fill
        )

    def person(self, x, ground, height, fill):
        head = height * 0.19
        shoulder = height * 0.27
        self.disc(x, ground - height + head, head, fill)
        top = ground - height + head * 2 + height * 0.06
        self.disc(x, top + shoulder, shoulder, fill)
        self.box(x - shoulder, top + shoulder, x + shoulder, ground - 1, fill)

    def house(self, x, ground, width, height, fill, window):
        roof = height * 0.38
        self.polygon(
            [
                (x - width * 0.58, ground - height + roof),
                (x, ground - height),
                (x + width * 0.58, ground - height + roof),
            ],
            fill,
        )
        self.box(x - width / 2, ground - height + roof - 1, x + width / 2, ground, fill)
        for dx in (-0.22, 0.22):
            self.box(
                x + width * dx - 8,
                ground - height + roof + 14,
                x + width * dx + 8,
                ground - height + roof + 32,
                window,
                2,
            )

    def chips(self, x, y, words, shown, colour, tint, size=19):
        """A row of labels centred on x; each fades in by its own amount."""
        pad, gap = 14, 10
        widths = [self.text_width(word, size) + 2 * pad for word in words]
        cursor = x - (sum(widths) + gap * (len(words) - 1)) / 2
        for word, width, amount in zip(words, widths, shown, strict=True):
            if amount > 0.02:
                rise = (1 - amount) * 8
                self.box(
                    cursor,
                    y - 19 + rise,
                    cursor + width,
                    y + 19 + rise,
                    mix(tint, amount),
                    19,
                    mix(colour, amount),
                    1.5,
                )
                self.text(cursor + width / 2, y + rise, word, size, mix(colour, amount))
            cursor += width + gap


def stage():
    canvas = Canvas()
    canvas.box(0, GROUND, WIDTH, HEIGHT, PAPER_TINT)
    canvas.line([(0, GROUND), (WIDTH, GROUND)], LINE, 2)
    return canvas


def newcomers(canvas, x=LEFT, shown=1.0):
    if shown < 0.02:
        return
    for dx, height, strength in ((-44, 92, 0.72), (44, 98, 0.86), (0, 118, 1.0)):
        canvas.person(x + dx, GROUND, height, mix(ACCENT, shown * strength))
    canvas.text(x, GROUND + 24, "Newcomers", 21, mix(ACCENT, shown, PAPER_TINT))


def houses(canvas, shown=1.0):
    if shown < 0.02:
        return
    for x, width, height in ((RIGHT - 66, 84, 150), (RIGHT + 70, 92, 172)):
        canvas.house(x, GROUND, width, height, mix("#c9dcf2", shown), mix(PAPER, shown))


def community(canvas, x=RIGHT, shown=1.0):
    if shown < 0.02:
        return
    for dx, height, strength in ((-44, 96, 0.72), (44, 90, 0.86), (0, 114, 1.0)):
        canvas.person(x + dx, GROUND, height, mix(BRAND, shown * strength))
    canvas.text(x, GROUND + 24, "Community", 21, mix(BRAND, shown, PAPER_TINT))


def draw_title(t, since):
    canvas = Canvas()
    grow = ease(t - 0.3, 2.2)
    canvas.arrow(90, 300, 90 + 310 * grow, 300, ACCENT, 16, 40)
    canvas.arrow(764, 300, 764 - 310 * grow, 300, BRAND, 16, 40)
    canvas.text(MIDDLE, 130, "Integration is", 48, INK)
    canvas.text(MIDDLE, 192, "a two-way process", 48, INK)
    return canvas


def draw_sides(t, since):
    canvas = stage()
    newcomers(canvas, shown=ease(since(0)))
    houses(canvas, ease(since(1)))
    community(canvas, shown=ease(since(1)))
    return canvas


def exchange(canvas, forward, back):
    """The two arrows with their labels; each argument is seconds since that half began."""
    canvas.chips(
        MIDDLE,
        150,
        ["Language", "Work", "Home"],
        [ease(forward - d, 0.6) for d in (0.6, 1.4, 2.1)],
        ACCENT,
        ACCENT_TINT,
    )
    canvas.arrow(250, 202, 250 + 338 * ease(forward + 1.6, 1.6), 202, ACCENT)
    canvas.arrow(588, 252, 588 - 338 * ease(back + 1.2, 1.6), 252, BRAND)
    canvas.chips(
        MIDDLE,
        304,
        ["Schools", "Firms", "Clubs"],
        [ease(back - d, 0.6) for d in (0.5, 1.3, 2.1)],
        BRAND,
        BRAND_TINT,
    )


def both_at_home():
    canvas = stage()
    newcomers(canvas)
    houses(canvas)
    community(canvas)
    return canvas


def draw_newcomers_learn(t, since):
    canvas = both_at_home()
    exchange(canvas, since(1), -9)
    return canvas


def draw_community_learns(t, since):
    canvas = both_at_home()
    exchange(canvas, 9, since(1))
    return canvas


def draw_one_side(t, since):
    canvas = stage()
    houses(canvas)
    community(canvas)
    gap = ease(since(0) - 1.9, 0.6)
    for left in range(408, 606, 18):
        canvas.line([(left, 290), (left + 9, 290)], mix(INK_SOFT, gap), 3)
    canvas.text(507, 264, "Gap", 21, mix(INK_SOFT, gap))
    newcomers(canvas, LEFT + (HALFWAY - LEFT) * ease(since(0) - 0.2, 1.8))
    return canvas


def draw_both_sides(t, since):
    canvas = stage()
    move = ease(since(0) - 0.2, 2.0)
    halo = ease(since(0) - 1.6, 0.8)
    houses(canvas)
    if halo:
        radius = (165 * (0.9 + 0.1 * halo)) * SHARP
        x, y = MIDDLE * SHARP, GROUND * SHARP - 1
        canvas.pen.pieslice(
            (x - radius, y - radius, x + radius, y + radius), 180, 360, mix("#fbe3cf", halo)
        )
    newcomers(canvas, HALFWAY + (MEET[0] - HALFWAY) * move)
    community(canvas, RIGHT + (MEET[1] - RIGHT) * move)
    canvas.chips(
        MIDDLE,
        150,
        ["Streets", "Schools", "Workplaces"],
        [ease(since(1) - d, 0.6) for d in (0.4, 1.0, 1.8)],
        INK,
        PAPER,
    )
    return canvas


def town_hall(canvas, x, shown):
    fill, light = mix(BRAND_STRONG, shown), mix(BRAND_TINT, shown)
    canvas.polygon([(x - 96, 236), (x, 188), (x + 96, 236)], fill)
    canvas.box(x - 88, 242, x + 88, 254, fill)
    for dx in (-66, -22, 22, 66):
        canvas.box(x + dx - 8, 260, x + dx + 8, 334, fill)
    canvas.box(x - 96, 338, x + 96, GROUND, fill)
    canvas.disc(x, 218, 9, light)


def draw_municipality(t, since):
    canvas = stage()
    home = ease(t, 1.4)
    houses(canvas)
    newcomers(canvas, MEET[0] + (LEFT - MEET[0]) * home)
    community(canvas, MEET[1] + (RIGHT - MEET[1]) * home)
    shown = ease(t - 1.2)
    if shown > 0.02:
        town_hall(canvas, MIDDLE, shown)
        reach = ease(t - 1.7, 1.2)
        for towards in (-1, 1):
            canvas.arrow(
                MIDDLE + towards * 108,
                296,
                MIDDLE + towards * (108 + 58 * reach),
                296,
                mix(INK_SOFT, shown),
                7,
                20,
            )
    canvas.chips(
        MIDDLE,
        140,
        ["Bring together", "Listen", "Change"],
        [ease(since(1) - d, 0.6) for d in (0.2, 1.8, 2.7)],
        BRAND,
        BRAND_TINT,
        22,
    )
    return canvas


def draw_questions(t, since):
    canvas = stage()
    cards = (
        (52, ("What do", "newcomers need", "to take part?"), ACCENT, ACCENT_TINT, ease(since(1))),
        (442, ("What can", "we change, as", "a community?"), BRAND, BRAND_TINT, ease(since(2))),
    )
    done = ease(since(3) - 0.6, 0.6)
    for number, (x, words, colour, tint, shown) in enumerate(cards, 1):
        canvas.box(x, 112, x + 360, 380, tint, 10, colour, 2)
        canvas.disc(x + 52, 158, 24, colour)
        canvas.text(x + 52, 157, str(number), 27, PAPER)
        for row, part in enumerate(words):
            canvas.text(x + 30, 222 + row * 46, part, 34, mix(INK, shown, tint), anchor="lm")
        if done > 0.1:
            canvas.disc(x + 308, 158, 24 * done, colour)
        if done > 0.9:
            canvas.line([(x + 297, 158), (x + 305, 166), (x + 320, 149)], PAPER, 5)
    return canvas


def frame(scenes, t):
    """The picture at a time of the whole video, the scenes blending into each other."""
    index = max(i for i, scene in enumerate(scenes) if t >= scene.start)
    elapsed = t - scenes[index].start
    if not index or elapsed >= CROSSFADE:
        return draw_scene(scenes[index], t)
    half = CROSSFADE / 2
    leaving = draw_scene(scenes[index - 1], scenes[index].start, 1 - ease(elapsed, half))
    coming = draw_scene(scenes[index], t, ease(elapsed - half, half))
    return Image.blend(leaving, coming, ease(elapsed, CROSSFADE))


def draw_scene(scene, t, headline=1.0):
    canvas = scene.draw(t - scene.start, lambda line: t - scene.lines[line].start)
    if headline > 0.02:
        canvas.text(MIDDLE, 58, scene.headline, 36, mix(INK, headline))
    return canvas.finished()


def draw_levels():
    """Three rings around the residents, and what flows between them and the institutions."""
    canvas = Canvas(1200, 800)
    x, y = 400, 400
    rings = (
        (375, "#d9e7f7", "#9dbfe6", "National", "Ministries and agencies"),
        (277, "#bad4f1", "#7ba9dd", "Regional", "Region, county or province"),
        (179, ACCENT_TINT, "#d98b52", "Local", "Town or city"),
    )
    for radius, fill, edge, name, who in rings:
        canvas.disc(x, y, radius, fill, edge, 2)
        canvas.text(x, y - radius + 32, name, 28)
        canvas.text(x, y - radius + 64, who, 21, INK, "Regular")
    canvas.disc(x, y, 86, INK)
    canvas.text(x, y - 15, "Residents", 26, PAPER)
    canvas.text(x, y + 17, "old and new", 21, PAPER, "Regular")
    near, far = 94, 350
    for dx, dy in ((-1, 0), (1, 0), (0, 1)):
        for offset, start, end, colour in ((-21, near, far, ACCENT), (21, far, near, BRAND)):
            sx, sy = x + dx * start + abs(dy) * offset, y + dy * start + abs(dx) * offset
            ex, ey = x + dx * end + abs(dy) * offset, y + dy * end + abs(dx) * offset
            canvas.arrow(sx, sy, ex, ey, colour, 9, 28)
    key = (
        (250, 830, 930, ACCENT, "To the institutions", ("Questions, skills", "and ideas")),
        (450, 930, 830, BRAND, "To the residents", ("Information, services", "and answers")),
    )
    for top, start, end, colour, title, parts in key:
        canvas.arrow(start, top, end, top, colour, 9, 28)
        canvas.text(830, top + 44, title, 29, anchor="lm")
        for row, part in enumerate(parts):
            canvas.text(830, top + 84 + row * 34, part, 25, INK_SOFT, "Regular", "lm")
    return canvas


# ---------------------------------------------------------------- voice, captions, transcripts


def speak(lines, target):
    """Read the lines aloud into one WAV file and note when each begins and ends."""
    clock = 0.5
    with tempfile.TemporaryDirectory() as folder, wave.open(str(target), "wb") as out:
        for number, line in enumerate(lines):
            piece = Path(folder) / f"{number}.wav"
            pico = ["pico2wave", "--lang=en-GB", f"--wave={piece}", line.en]
            subprocess.run(pico, check=True)  # noqa: S603
            with wave.open(str(piece)) as spoken:
                rate, sound = spoken.getframerate(), spoken.readframes(spoken.getnframes())
                if not number:
                    out.setparams(spoken.getparams())
                    out.writeframes(bytes(2 * round(clock * rate)))
            out.writeframes(sound + bytes(2 * round(line.pause * rate)))
            line.start, line.end = clock, clock + len(sound) / 2 / rate
            clock = line.end + line.pause
    return clock


def timestamp(seconds):
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return (
        f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
    )


def two_rows(words):
    """Break a caption into at most two rows, the upper one as full as the lower one or fuller."""
    if len(words) <= CAPTION_WIDTH:
        return words
    spaces = [i for i, letter in enumerate(words) if letter == " "]
    return min(
        (words[:i] + "\n" + words[i + 1 :] for i in spaces),
        key=lambda rows: max(len(row) for row in rows.split("\n")),
    )


def write_captions(lines, name, language):
    cues = ["WEBVTT"]
    for number, line in enumerate(lines, 1):
        upcoming = lines[number].start if number < len(lines) else line.end + line.pause
        end = min(line.end + 0.3, upcoming - 0.05)
        when = f"{timestamp(line.start)} --> {timestamp(end)}"
        cues.append(f"{number}\n{when}\n{two_rows(getattr(line, language))}")
    (FILES / f"{name}.{language}.vtt").write_text("\n\n".join(cues) + "\n", encoding="utf-8")


def write_video_transcript(scenes, language):
    suffix, seen, label = {
        "en": ("md", "seen", "On screen:"),
        "fr": ("fr.md", "seen_fr", "À l’écran :"),
    }[language]
    parts = []
    for scene in scenes:
        parts.append(f"*{label} {getattr(scene, seen)}*")
        parts.append(" ".join(getattr(line, language) for line in scene.lines))
    (FILES / f"two-way.transcript.{suffix}").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


# ---------------------------------------------------------------- files


LOUDNESS = "loudnorm=I=-18:TP=-2:LRA=7"


def ffmpeg(options, **more):
    """Run ffmpeg with the options in one string; ``{names}`` in it stand for files."""
    arguments = [word.format(**more, files=FILES) for word in options.split()]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)  # noqa: S603, S607


def prepare_video(folder):
    scenes = two_way_scenes()
    lines = [line for scene in scenes for line in scene.lines]
    length = speak(lines, folder / "two-way.wav")
    for scene, upcoming in zip(scenes, [*scenes[1:], None], strict=True):
        scene.start = 0.0 if scene is scenes[0] else scene.lines[0].start - 0.3
        scene.end = upcoming.lines[0].start - 0.3 if upcoming else length
    return scenes, lines, length


def make_video(folder):
    scenes, lines, length = prepare_video(folder)
    raw = f"-f rawvideo -pix_fmt rgb24 -s {WIDTH}x{HEIGHT} -r {FPS} -i -".split()
    encoder = subprocess.Popen(  # noqa: S603
        ["ffmpeg", "-v", "error", "-y", *raw, "-c:v", "ffv1", f"{folder}/frames.mkv"],  # noqa: S607
        stdin=subprocess.PIPE,
    )
    for number in range(round(length * FPS)):
        encoder.stdin.write(frame(scenes, number / FPS).tobytes())
    encoder.stdin.close()
    if encoder.wait():
        raise SystemExit("ffmpeg could not write the frames")

    picture = "-i {folder}/frames.mkv -pix_fmt yuv420p"
    both = f"-i {{folder}}/two-way.wav {picture} -af {LOUDNESS} -shortest"
    vp9 = "-c:v libvpx-vp9 -b:v 0 -crf 34 -g 240 -row-mt 1 -passlogfile {folder}/vp9"
    h264 = "-c:v libx264 -preset veryslow -crf 25 -profile:v main -level 3.1 -tune animation"
    opus, aac = "-c:a libopus -b:a 40k -ar 48000", "-c:a aac -b:a 56k -ar 32000"
    ffmpeg(f"{picture} {vp9} -pass 1 -an -f null -", folder=folder)
    ffmpeg(f"{both} {vp9} -pass 2 {opus} {{files}}/two-way.webm", folder=folder)
    ffmpeg(f"{both} {h264} {aac} -movflags +faststart {{files}}/two-way.mp4", folder=folder)

    both_meet = scenes[5]
    frame(scenes, both_meet.end - 0.2).quantize(128).save(FILES / "two-way.png", optimize=True)
    for language in ("en", "fr"):
        write_captions(lines, "two-way", language)
        write_video_transcript(scenes, language)


def make_audio(folder):
    speak(FIRST_MEETING, folder / "first-meeting.wav")
    mp3 = "-ac 1 -ar 24000 -c:a libmp3lame -b:a 56k"
    source = "-i {folder}/first-meeting.wav"
    ffmpeg(f"{source} -af {LOUDNESS} {mp3} {{files}}/first-meeting.mp3", folder=folder)
    write_captions(FIRST_MEETING, "first-meeting", "en")
    paragraphs = (FIRST_MEETING[:2], FIRST_MEETING[2:11], FIRST_MEETING[11:])
    text = "\n\n".join(" ".join(line.en for line in part) for part in paragraphs)
    (FILES / "first-meeting.transcript.md").write_text(f"{text}\n", encoding="utf-8")


def make_levels():
    draw_levels().finished().quantize(128).save(FILES / "levels.png", optimize=True)


def make_stills(target, folder):
    target.mkdir(parents=True, exist_ok=True)
    scenes, _, length = prepare_video(folder)
    for number in range(int(length / 1.5) + 1):
        frame(scenes, number * 1.5).save(target / f"{number:02}.png")
    draw_levels().finished().save(target / "levels.png")


def main():
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sys.argv[1:2] == ["--stills"]:
            make_stills(Path(sys.argv[2]), folder)
            return
        make_levels()
        make_audio(folder)
        make_video(folder)


if __name__ == "__main__":
    main()
