"""What the rehearsal reads out of a brief's free text: what must not be trained, what is liked, what it is for.

A careful reader, not a clever one: words of four languages, sentence by sentence, and in doubt an exercise is
left out.  A limitation is read as a ban, a preference only where it says no."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.movements import BY_SLOT, MOVEMENTS, SimulatedMovement, Slot
from generation.kinds.training_program.vocabulary import Equipment, available

MOST_READ = 2_000


@dataclass(frozen=True)
class Wishes:
    """By the English names of exercises; `goal` is what the goal's own words name."""

    banned: frozenset[str]
    liked: frozenset[str]
    goal: frozenset[str]


def _of(*parts: str) -> frozenset[str]:
    """The exercises whose English name has one of `parts`."""
    return frozenset(one.key for one in MOVEMENTS if any(part in one.key.casefold() for part in parts))


def _straining(*strains: str) -> frozenset[str]:
    return frozenset(one.key for one in MOVEMENTS if one.strains & set(strains))


def _needing(equipment: Equipment) -> frozenset[str]:
    return frozenset(one.key for one in MOVEMENTS if equipment in one.needs)


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


# Specific ones first: what was read as "Romanian deadlift" is not read as "deadlift" again.
_FAMILIES = tuple((_word(pattern), names) for pattern, names in (
    (r"romanian dead|rumänische[sn]? kreuzheben|peso muerto rumano|soulevé de terre roumain|rdls?\b", _of("romanian")),
    (r"front[- ]?squat|frontkniebeuge|sentadillas? frontal|squats? avant", _of("front squat")),
    (r"split[- ]?squat|bulgarian|bulgarische|sentadillas? búlgara", _of("split squat")),
    (r"back[- ]?squat|sentadillas? traser|squats? arrière", frozenset({"Back squat"})),
    (r"leg press|beinpresse|prensa de pierna|presse à cuisses", _of("leg press")),
    (r"lat[- ]?pull|pull[- ]?downs?\b|latzug|latziehen|jalon|jalón|tirage vertical", _of("pulldown")),
    (r"bench[- ]?press|bankdrücken|press de banca|développé couché", _of("bench press")),
    (r"overhead|shoulder press|military press|über[- ]?kopf|schulterdrücken|por encima de la cabeza|press militar|"
     r"au[- ]dessus de la tête|développé militaire", _straining("overhead")),
    (r"side[- ]?plank|seitstütz|plancha lateral", _of("side plank")),
    (r"plank|unterarmst|plancha|gainage|planche", _of("plank")),
    (r"squat|kniebeuge|sentadilla", _of("squat")),
    (r"dead[- ]?lift|kreuzheben|peso muerto|soulevé de terre", _of("deadlift")),
    (r"lunge|ausfallschritt|zancada|fente", _of("lunge", "split squat", "step-up", "cossack")),
    (r"pull[- ]?up|chin[- ]?up|klimmz[uü]g|dominada|traction", _of("pull-up", "chin-up")),
    (r"push[- ]?up|press[- ]?up|liegestütz|flexiones|lagartija|pompe", _of("push-up")),
    (r"triathlon|triatlón", _of("run", "ride", "bike", "swim")),
    (r"run(?:ning|s|ner)?\b|jog|(?:half |halb|semi-?|media )?marat[hó]?on|\d+ ?k\b|lauf|joggen|correr|carrera|"
     r"cour[ius]|course à pied", _of("run")),
    (r"row(?:s|ing|er|ers)?\b|ruder|remo\b|remos|aviron|rameur", _of("row")),
    (r"bik|cycl|rid(?:e|es|ing)\b|rad(?:fahr|rennen|tour|marathon|eln)|fahrrad|bici|vélo", _of("ride", "bike")),
    (r"swim|schwimm|nadar|natación|nage", _of("swim")),
    (r"hik|walk|wander|spazier|gehen\b|senderismo|caminar|randonn|marche", _of("walk")),
    (r"carr(?:y|ies)\b", _of("carry")), (r"curl", _of("curl")), (r"calf|calves|waden", _of("calf")),
    (r"swing", _of("swing")), (r"step[- ]?up|aufsteiger", _of("step-up")), (r"crawl|bärengang", _of("crawl")),
    (r"sit[- ]?up|crunch", _straining("flexion")), (r"(?:hip )?bridge|hüftbrücke", _of("bridge")),
    (r"jump|spr[iu]ng|sprünge|salt(?:o|ar)|saut", _straining("impact")),
    (r"barbell|langhantel", _needing(Equipment.BARBELL)), (r"dumbbell|kurzhantel", _needing(Equipment.DUMBBELLS)),
    (r"kettlebell|kugelhantel", _needing(Equipment.KETTLEBELLS)),
    (r"machines?\b|maschinen|máquinas", _needing(Equipment.MACHINES)),
))

_AILMENTS = tuple((_word(pattern), strains) for pattern, strains in (
    (r"\w*schulter|shoulder|hombro|épaule|impingement|rotator|rotatoren", ("overhead", "shoulder", "bench")),
    (r"overhead|über[- ]?kopf|por encima de la cabeza|au[- ]dessus de la tête", ("overhead",)),
    (r"dis[ck]\b|dis[ck]s\b|herniat|bandscheib|hexenschuss|ischias|sciatica|lumba|lumbal|l[45]/|"
     r"back\b(?![- ]?(?:squat|extension))|\w*rücken|"
     r"spine|spinal|wirbel|espalda|hernia|ciática|dos\b|lombalgie|hernie", (
         "axial", "hinge", "flexion", "twist", "strain")),
    (r"knees?\b|\w*knie|menis[ck]|patella|kreuzband|acl\b|rodilla|genou", ("knee", "impact")),
    (r"wrist|handgelenk|carpal|karpal|muñeca|poignet", ("wrist",)),
    (r"elbow|ell?e?nbogen|ellbogen|codo|coude", ("elbow",)),
    (r"hips?\b|hüft|cadera|hanche|groin|leiste", ("hip",)),
    (r"ankle|sprunggelenk|knöchel|achill|foot|feet|fuß|plantar|shin|schienbein|tobillo|cheville|pied|calf|wade",
     ("impact", "calf")),
    (r"neck|nacken|halswirbel|cervical|cuello|nuque|cou\b", ("axial", "overhead")),
    (r"pregnan|postpartum|schwanger|embaraz|enceinte|grossesse",
     ("impact", "flexion", "prone", "supine", "axial", "strain")),
    (r"heart|herz|cardia|blood pressure|hypertens|bluthochdruck|infarkt|coraz|cœur|coeur|infarct",
     ("strain", "isometric", "axial")),
    (r"osteop", ("flexion", "impact", "twist", "axial")),
    (r"balance|dizz|vertigo|schwindel|gleichgewicht|mareo", ("balance",)),
    (r"grip|finger|hands?\b|griff", ("grip",)),
    (r"impact|jump|spr[iu]ng|sprünge|salt(?:o|ar)|saut", ("impact",)),
))
_PRESSING_ONLY = _word(r"press|drück|empuj|pouss")
_NO = _word(
    r"(?:no|not|don'?t|never|without|avoid|hate|dislike|except|kein\w*|nicht|ohne|nie|hasse|vermeide\w*|meide\w*|sin|"
    r"odio|evit\w*|nunca|detesto|pas|sans|jamais|déteste|aucun\w*|stop|skip|leave out|unwanted|can'?t|cannot)\b"
)
_YES = _word(
    r"like|love|prefer|favou?rite|enjoy|want|more|mag\b|mögen|gern|liebe|bevorzug|mehr|gusta|encanta|más|aime|préfère|"
    r"plus de"
)
_ONLY = _word(r"only|nur|solo|seulement")
_SENTENCES = re.compile(r"[.;!?\n]+|\b(?:but|aber|pero|mais)\b", re.IGNORECASE)
_CLAUSES = re.compile(r",")


def wishes(brief: Brief) -> Wishes:
    return _wishes(brief.limitations, brief.preferences[:MOST_READ], brief.goal_note[:MOST_READ])


@lru_cache(maxsize=512)
def _wishes(limitations: tuple[str, ...], preferences: str, goal_note: str) -> Wishes:
    banned, liked = set[str](), set[str]()
    for text in limitations:
        banned |= _strained(text)
        if not _ONLY.search(text):
            banned |= _named(text)
    for clause, is_no in _clauses(preferences):
        (banned if is_no else liked).update(_named(clause))
    banned |= _strained(goal_note) if _NO.search(goal_note) else frozenset()
    return Wishes(frozenset(banned), frozenset(liked - banned), _named(goal_note) - banned)


def _clauses(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of `text`, each with whether it refuses: a list goes on as it began."""
    for sentence in _SENTENCES.split(text):
        is_no = False
        for clause in _CLAUSES.split(sentence):
            if _NO.search(clause):
                is_no = True
            elif _YES.search(clause):
                is_no = False
            yield clause, is_no


def _named(text: str) -> frozenset[str]:
    found = set[str]()
    for pattern, names in _FAMILIES:
        if pattern.search(text):
            found |= names
            text = pattern.sub(" ", text)
    return frozenset(found)


def _strained(text: str) -> frozenset[str]:
    strains = {strain for pattern, each in _AILMENTS if pattern.search(text) for strain in each}
    if "bench" in strains and _PRESSING_ONLY.search(text):
        strains.discard("shoulder")
    return _straining(*strains) if strains else frozenset()


# --- what is left to train with --------------------------------------------------------------------

_INSTEAD = {
    Slot.SQUAT: (Slot.LUNGE, Slot.HINGE), Slot.LUNGE: (Slot.SQUAT, Slot.HINGE), Slot.HINGE: (Slot.CORE,),
    Slot.PUSH: (Slot.PRESS, Slot.CORE), Slot.PRESS: (Slot.PUSH, Slot.CORE), Slot.ROW: (Slot.PULL, Slot.CORE),
    Slot.PULL: (Slot.ROW, Slot.CORE), Slot.CARDIO: (Slot.MOBILITY,),
}
_LAST = (Slot.CORE, Slot.MOBILITY, Slot.HINGE, Slot.ROW, Slot.PUSH)


def choices(slot: Slot, brief: Brief) -> tuple[SimulatedMovement, ...]:
    """What fits `slot`, the goal's own exercises first, then liked ones; never empty."""
    return _choices(slot, available(brief.equipment), wishes(brief))


@lru_cache(maxsize=4_096)
def _choices(slot: Slot, equipment: frozenset[Equipment], wished: Wishes) -> tuple[SimulatedMovement, ...]:
    for one in (slot, *_INSTEAD.get(slot, ()), *_LAST):
        found = [each for each in BY_SLOT[one] if each.needs <= equipment and each.key not in wished.banned]
        if found:
            return tuple(_preferred(found, wished))
    return tuple(each for each in BY_SLOT[slot] if not each.needs)


def _preferred(found: Iterable[SimulatedMovement], wished: Wishes) -> list[SimulatedMovement]:
    return sorted(found, key=lambda one: (
        one.key not in wished.goal, one.key not in wished.liked, one.key == "Treadmill run" and "Run" in wished.goal))
