"""What we know about languages: their small words, and which of them can be told apart."""

# The commonest words of a language that have no other meaning in the others more often than not.
SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "the and of to in is that it you for are with on as this be at by not or from have an they which one your all "
        "there can if will what when how we do their more than its has but about who so then them was were these would "
        "each into only other some could should before after because where why a".split()
    ),
    "de": frozenset(
        "der die das und ist in den von zu mit sich des auf für nicht ein eine als auch es an werden aus er hat dass "
        "sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr "
        "durch man sein wurde wenn ihre dem im kann wir ich du ihr sehr wo was welche dieser diese dieses jede jeder "
        "ohne gegen muss müssen können ihnen ihren ihrem deine dein beim vom unter zwischen damit dann".split()
    ),
    "es": frozenset(
        "el la de que y en los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre "
        "este ya entre cuando todo esta ser son dos también fue había era muy hasta desde está qué cada tu cómo cuál "
        "estos estas esto porque donde quien puede debe hay sea".split()
    ),
    "fr": frozenset(
        "le la les de des du et un une est en que qui dans pour ce il sur pas au plus par ne se avec sont vous on "
        "cette ou à son sa ses mais comme nous leur elle si tout ces aux votre vos être fait sans peut même aussi "
        "c'est d'un d'une qu'il l'on dont où quand très entre chaque quelle quel avant après".split()
    ),
    "it": frozenset(
        "il lo la di che e un una è per in con non si del della dei delle le gli da al sono come più ma anche nel nella "
        "su o se questo questa alla ai cui ha quando tra ogni suo sua loro essere può".split()
    ),
    "pt": frozenset(
        "o a os as de que e do da em um uma para com não por mais dos das se na no ao como mas é foi ou sua seu são "
        "isso este esta quando muito já também pelo pela entre ser tem cada até você sem".split()
    ),
    "nl": frozenset(
        "de het een en van in is dat op te met voor niet zijn die aan er als bij ook dan maar om door naar of uit nog "
        "wordt deze wat hoe kan je heeft worden over moet tot geen hun meer".split()
    ),
}
# Languages that the model cannot part, or whose readers would not: no error between them.
NEAR = (
    frozenset({"no", "nb", "nn", "da"}), frozenset({"hr", "bs", "sr", "sh"}), frozenset({"id", "ms"}),
    frozenset({"cs", "sk"}), frozenset({"zh", "yue", "wuu"}), frozenset({"gl", "pt"}), frozenset({"af", "nl"}),
    frozenset({"bg", "mk"}), frozenset({"fa", "ps", "ur"}), frozenset({"hi", "mr", "ne", "sa"}),
)
# Tags of which the model knows the language under another name.
ALIASES = {"nb": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh", "arb": "ar", "ary": "ar", "arz": "ar"}
LANGUAGES = frozenset(
    "af ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko "
    "ky la lo lt lv mk ml mn mr ms my ne nl no nn pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi "
    "zh zu".split()
)
WITHOUT_SPEAKERS = frozenset({"la", "eo"})      # names of plants and of brands look like them
