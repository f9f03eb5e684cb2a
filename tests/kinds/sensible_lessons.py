"""Ten short lessons that a teacher would let pass, of subjects that tempt rules: code, prohibitions, formulas, verse.

Each is a brief, an outline of one lesson and that lesson; their checks may warn, and must not refuse."""

from dataclasses import dataclass

from generation.core.kind import JsonObject

CODE = "```"
Quiz = tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]     # question, rationale, options; the first is right


@dataclass(frozen=True)
class SensibleLesson:
    """What differs from one to the other."""

    name: str
    brief: JsonObject
    title: str
    summary: str
    objectives: tuple[str, str]
    terms: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    example: tuple[str, str]
    activity: tuple[str, str]
    closing: str
    quiz: Quiz

    @property
    def whole_brief(self) -> JsonObject:
        return {"modules": 1, "lessons_per_module": 1, "minutes_per_lesson": 10, **self.brief}

    @property
    def plan(self) -> JsonObject:
        first, second = self.objectives
        return {
            "title": self.title, "summary": self.summary, "objectives": [{"id": "O1", "text": first}],
            "modules": [{
                "title": self.title, "summary": self.summary,
                "objectives": [{"id": "M1.1", "text": text, "supports": "O1"} for text in self.objectives[:1]],
                "lessons": [{
                    "title": self.title, "prerequisites": [], "key_terms": list(self.terms),
                    "objectives": [{"text": text, "supports": "M1.1"} for text in (first, second)],
                }],
            }],
        }

    @property
    def lesson(self) -> JsonObject:
        return {
            "sections": [{"heading": heading, "body": body} for heading, body in self.sections],
            "examples": [dict(zip(("title", "body"), self.example, strict=True))],
            "activities": [{"title": self.activity[0], "minutes": 6, "instructions": self.activity[1]}],
            "summary": self.closing,
            "quiz": [{
                "objective": f"L1.{number}", "kind": "single", "stem": stem, "rationale": rationale,
                "options": [
                    {"text": text, "is_correct": place == 0, "explanation": why}
                    for place, (text, why) in enumerate(options)
                ],
            } for number, (stem, rationale, options) in enumerate(self.quiz, 1)],
        }


LESSONS = (
    SensibleLesson(
        "programming", {
            "subject": "Error handling in Python", "level": "intermediate", "audience": "Hobby programmers",
            "objectives": ["Catch an exception where it can be handled"], "notes": "No frameworks. Python 3.11.",
        },
        "Catching exceptions where they can be handled",
        "For hobby programmers who write Python. They catch errors in the right place and let the others pass.",
        ("Catch an exception where it can be handled", "Diagnose a handler that hides a mistake"),
        ("exception", "handler"),
        (
            ("What is raised", (
                "When `int(\"twelve\")` cannot do its work, Python raises an exception: an object that climbs from function to "
                "function until a handler takes it. A handler is the `except` part of a `try` statement. It names the exception "
                f"that it can do something about, and no more than that.\n\n{CODE}python\ntry:\n    number = int(text)\n"
                f"except ValueError:\n    number = 0\n{CODE}\n\nIgnore the other exceptions here: they belong to whoever called you. "
                "A broken disk is not your function's business, and a message such as [Errno 28] helps whoever runs the program."
            )),
            ("What a bare except hides", (
                "A bare `except:` also takes the misspelt name and the Ctrl-C of the user. The program goes on, and nobody sees "
                "why its numbers are wrong. You are now the only person who could find out, and the traceback is gone.\n\n"
                f"{CODE}text\nNameError: name 'nubmer' is not defined\n{CODE}\n\nWrite down which exceptions a call may raise. Then catch those, as "
                "close to the call as you can still decide something. TODO comments in code are no handlers."
            )),
        ),
        ("A price list with one bad line", (
            "A script adds prices from a file. Line 7 says `n/a`. With a bare handler the sum is silently too small. With "
            "`except ValueError` around the conversion alone, the script prints the number of the line and goes on."
        )),
        ("Narrow a handler", (
            "Take a script of your own with a bare `except`. Delete it, run the script on a wrong file and read the last line of "
            "the traceback. Then catch exactly that exception. It worked if a misspelt name stops the script again."
        )),
        "An exception climbs until a handler takes it. Catch what you can name, near the call, and let everything else pass.",
        (
            ("A function reads a number from a form and may get letters. Where does the handler belong?",
             "Ask who can decide what happens next.", (
                ("Around the conversion in that function", "There the program still knows which field was wrong."),
                ("Around the main loop of the program", "Out there nobody knows which field it was."),
                ("In every function of the module", "Most of them have nothing to decide."),
             )),
            ("A report is empty, and no error was shown. What should be looked for first?",
             "Errors do not vanish by themselves.", (
                ("A handler without any name", "It takes every error and tells nobody."),
                ("A loop that runs once too often", "It would give a line too many, no silence."),
                ("A file with too many lines", "More lines make a longer report."),
             )),
        ),
    ),
    SensibleLesson(
        "music", {"subject": "Reading rhythm from a score", "audience": "Adult beginners in a choir"},
        "Counting notes and rests in four-four time",
        "For adults who sing in a choir. They clap simple rhythms from a score.",
        ("Clap a rhythm of quarters, halves and rests", "Identify the beat on which a note begins"),
        ("quarter note", "rest"),
        (
            ("Four beats in a bar", (
                "In four-four time a bar has four beats. A quarter note lasts one beat, a half note two, a whole note four. "
                "Count aloud: one, two, three, four. The first beat is strong; do not rush the third. The note C on the left of the "
                "bar line and the note C on its right sound alike, because a bar line is silent."
            )),
            ("Silence is counted too", (
                "A rest is a beat of silence. It has the same lengths as notes have, and it is counted just as carefully. Never "
                "breathe in the middle of a word; breathe in a rest. If you lose your place, listen for the basses (they often have "
                "the first beat) and come in at the next bar."
            )),
        ),
        ("Half, rest, quarter", (
            "The bar has a half note, a quarter rest and a quarter note. Clap on one and hold two beats. On three the hands are "
            "still. On four you clap once more. 2 + 1 + 1 = 4 beats, so the bar is full."
        )),
        ("Clap three bars", (
            "Write three bars of your own with at least one rest in each. Clap them while counting aloud. It worked if you arrive at "
            "the last beat together with your own voice."
        )),
        "A bar of four beats is filled with notes and rests. Both are counted, and the first beat is the strong one.",
        (
            ("A bar holds a half note and a quarter note. What is missing?", "Add what is there and compare with four.", (
                ("One beat", "Two and one are three, so a quarter is left."),
                ("Two beats", "Then the half note would have been forgotten."),
                ("Nothing at all", "Three beats do not fill the bar."),
            )),
            ("After a half note at the start of the bar a second note follows at once. On which count?",
             "The first note takes up its own beats.", (
                ("On three", "The first two counts are taken."),
                ("On two", "Then the first would last one count only."),
                ("On four", "Then something silent would stand between them."),
             )),
        ),
    ),
    SensibleLesson(
        "law", {
            "subject": "Consumer contracts online", "audience": "Volunteers in an advice centre", "level": "advanced",
            "reading_level": "academic", "notes": "European rules; no advice on single cases.",
        },
        "Withdrawing from a contract concluded at a distance",
        "For volunteers in an advice centre. They judge whether a consumer may still withdraw, and give reasons.",
        ("Assess whether a right of withdrawal still exists", "Justify an exception to the right of withdrawal"),
        ("right of withdrawal", "durable medium"),
        (
            ("Fourteen days, counted from delivery", (
                "A consumer who orders goods at a distance has a right of withdrawal without giving any reason. The period is fourteen days "
                "and begins, for goods, on the day on which the consumer acquires physical possession. If the trader has not "
                "informed the consumer about the right, the period ends twelve months later (Art. 10(1) of the directive). "
                "The information must reach the consumer on a durable medium, such as paper or an e-mail; a web page that "
                "can be altered is not sufficient."
            )),
            ("Where the right does not exist", (
                "Some contracts are excluded: goods made to the consumer's specifications, sealed goods that are not suitable for "
                "return for reasons of hygiene once they have been unsealed, and tickets for a specific date. The exceptions are to be "
                "interpreted strictly. No one may be required to prove that no exception applies; the burden is on the trader (see "
                "also § 312g of the German code)."
            )),
        ),
        ("The mattress case", (
            "A consumer removes the protective film from a mattress and sends it back on the tenth day. The trader invokes hygiene. "
            "The court compares the mattress with a garment: it can be cleaned and sold again. The exception does not apply."
        )),
        ("Draft a note", (
            "Take a confirmation of an order of your own. Mark the sentence on withdrawal, determine when the period began, and "
            "note in two sentences whether it has ended. It is done if a colleague reaches the same date."
        )),
        "The period runs for fourteen days from possession and longer without information. Exceptions are narrow, and the trader "
        "has to prove them.",
        (
            ("A shop told its customer nothing. Four months after the parcel came she sends the lamp back. May she?",
             "Ask first whether the shorter period ever began to count.", (
                ("Yes, since silence prolongs her time", "Without information a year is added."),
                ("No, since two weeks are long over", "They are over only for those who were told."),
                ("Yes, since a lamp has no time limit", "Every order has one in the end."),
             )),
            ("Which of these orders is exempt?", "Look for what could not be sold to anybody else.", (
                ("A curtain cut to a given width", "Nobody else has that window."),
                ("A jacket in a size that is rare", "Rare sizes can still be sold."),
                ("A kettle that has been unpacked", "Unpacking alone takes nothing from it."),
            )),
        ),
    ),
    SensibleLesson(
        "nursing", {
            "subject": "Hand hygiene on the ward", "audience": "First-year nursing students", "level": "beginner",
            "objectives": ["Disinfect hands at the five moments"], "notes": "No latex gloves. Do not discuss vaccines.",
        },
        "Disinfecting hands at five moments",
        "For nursing students in their first year. They disinfect their hands at the right moments and in the right way.",
        ("Disinfect hands at the five moments", "Decide whether gloves are needed"),
        ("contact time", "five moments"),
        (
            ("Before and after", (
                "There are five moments for hand hygiene: before touching a patient, before a clean task, after contact with body "
                "fluids, after touching a patient, and after touching what surrounds the bed. Never skip the last one. The rail of a "
                "bed carries as many germs as a hand. Gloves do not replace disinfection, and they must never be disinfected instead "
                "of changed."
            )),
            ("Thirty seconds, and dry", (
                "Take 3 ml and rub for the whole contact time of 30 seconds. Do not wave your hands dry. Finger tips and "
                "thumbs are forgotten most often; begin with them. Do not use soap right before: wet skin thins the "
                "liquid. If hands are visibly dirty, wash first, dry them well, and then disinfect."
            )),
        ),
        ("A call from the next bed", (
            "Lina is taking a pulse when the neighbour drops his glass. She disinfects her hands before she goes over, and again "
            "before she returns. It costs her one minute. She does not touch her phone in between."
        )),
        ("Watch one another", (
            "In pairs, rub your hands for 30 seconds while your partner names the places that you missed. Swap after two minutes. You "
            "have got it if no place is named."
        )),
        "Five moments call for clean hands. Thirty seconds on all of the skin make the difference, and gloves change nothing about it.",
        (
            ("Lina has straightened a blanket and did not touch the person. What does she do next?",
             "The surroundings count as well.", (
                ("She rubs her hands for half a minute", "Cloth carries as much as skin does."),
                ("She goes on, as nobody was touched", "What lies around the bed is not clean."),
                ("She puts on a pair of gloves", "They would carry it on to the next bed."),
             )),
            ("When are gloves called for?", "Ask what could get onto the skin.", (
                ("Before drawing blood", "Blood may run over the fingers."),
                ("Before taking a pulse", "Whole skin needs no cover."),
                ("Before opening a window", "The handle asks for clean hands afterwards."),
            )),
        ),
    ),
    SensibleLesson(
        "cooking", {
            "subject": "Cocinar arroz para una paella", "audience": "Aficionados a la cocina", "language": "es",
            "objectives": ["Calcular el caldo para el arroz"], "notes": "Sin marisco. Medidas en gramos y mililitros.",
        },
        "El punto del arroz en la paella",
        "Para quienes cocinan en casa. Al final calculan el caldo y reconocen el punto del arroz.",
        ("Calcular el caldo para una cantidad de arroz", "Reconocer el punto del arroz por tres señales"),
        ("caldo", "socarrat"),
        (
            ("Cuánto caldo", (
                "Para 400 g de arroz hacen falta 1.200 ml de caldo: tres partes de caldo por una de arroz. El fuego importa más que el "
                "reloj. No remuevas el arroz: al moverlo suelta almidón y queda pegajoso. Todo lo que lleve sal se prueba antes, "
                "porque el caldo se reduce. Si te falta líquido, añade un poco de agua caliente, nunca fría."
            )),
            ("Las señales del punto", (
                "El grano está entero, el borde ya no burbujea y el fondo empieza a crujir. Ese fondo tostado se llama socarrat. Apaga el "
                "fuego y deja reposar la paella cinco minutos. Si el centro del grano sigue blanco, tápala con un paño. ¿Huele a "
                "quemado? Entonces ya es tarde."
            )),
        ),
        ("Para seis personas", (
            "Ana calcula 100 g de arroz por persona: 6 × 100 g = 600 g. De caldo necesita 3 × 600 = 1.800 ml. Pone a calentar 2 litros, "
            "porque una parte se evapora. A los dieciocho minutos oye crujir el fondo y apaga."
        )),
        ("Escucha tu sartén", (
            "Cocina un vaso de arroz con tres de caldo en una sartén ancha. No lo toques. Anota el minuto en que deja de burbujear y el minuto "
            "en que cruje. Ha salido bien si el grano queda suelto."
        )),
        "Tres partes de caldo por una de arroz, fuego vivo y ninguna cuchara. El oído dice cuándo está.",
        (
            ("Marta tiene 250 g de arroz. ¿Cuántos mililitros prepara?", "Multiplica por tres.", (
                ("750", "Es el triple de lo que pesa el grano."),
                ("500", "Con el doble queda duro."),
                ("1.000", "Con tanto líquido se abre el grano."),
            )),
            ("El borde sigue burbujeando con fuerza. ¿Qué hace Marta?", "Piensa en lo que indica el borde.", (
                ("Espera sin tocar nada", "Queda líquido por evaporar."),
                ("Apaga y tapa con un paño", "Todavía quedaría caldo en el centro."),
                ("Remueve hasta que pare", "Así suelta almidón y se pega."),
            )),
        ),
    ),
    SensibleLesson(
        "physics", {
            "subject": "La loi d'Ohm", "audience": "Élèves de seconde", "language": "fr", "reading_level": "general",
            "objectives": ["Calculer une intensité à partir d'une tension"], "notes": "Unités SI. Pas de courant alternatif.",
        },
        "Tension, intensité et résistance",
        "Pour des élèves de seconde. À la fin, ils calculent une intensité et vérifient leur résultat.",
        ("Calculer une intensité à partir d'une tension", "Vérifier un résultat par son unité"),
        ("résistance", "intensité"),
        (
            ("Une proportion", (
                "La tension U aux bornes d'un conducteur est proportionnelle à l'intensité I qui le traverse. Le rapport des deux est la "
                "résistance R : U = R × I. Avec R = 10 Ω et U = 5 V, on trouve I = U / R = 0,5 A. On ne mesure jamais une résistance sous "
                "tension. Si U double, I double aussi, car R ne change pas."
            )),
            ("Vérifier par l'unité", (
                "Un volt divisé par un ohm donne un ampère. Si le calcul donne des volts par ampère, c'est une résistance qu'on a "
                "trouvée, et non une intensité. Un tableau aide à ranger les valeurs.\n\n"
                "| grandeur | symbole | unité |\n|---|---|---|\n| tension | U | V |\n| intensité | I | A |\n| résistance | R | Ω |\n\n"
                "Attention aux milliampères : 0,02 A = 20 mA."
            )),
        ),
        ("Une lampe de poche", (
            "La pile fournit 4,5 V et la lampe a une résistance de 15 Ω. On calcule 4,5 / 15 = 0,3. L'intensité vaut donc 0,3 A, soit 300 "
            "mA. L'étiquette annonce 0,3 A : le calcul est confirmé."
        )),
        ("Trois calculs", (
            "Choisissez trois tensions entre 1 V et 12 V et calculez l'intensité pour R = 6 Ω. Tracez les points sur une feuille. C'est "
            "réussi si les points s'alignent avec l'origine."
        )),
        "La tension est le produit de la résistance et de l'intensité. L'unité dit si l'on a calculé la bonne grandeur.",
        (
            ("Un conducteur de 20 Ω est soumis à 8 V. Que lit-on sur l'ampèremètre ?", "Divisez la première valeur par la seconde, dans le bon ordre.", (
                ("0,4 A", "8 / 20 = 0,4 : des volts divisés par des ohms."),
                ("2,5 A", "Ce calcul divise dans l'autre sens."),
                ("160 A", "Ce calcul multiplie au lieu de diviser."),
            )),
            ("Un calcul donne 3 V/A. Qu'a-t-on trouvé ?", "Un volt par ampère porte un autre nom.", (
                ("Une résistance", "V/A est l'ohm."),
                ("Une intensité", "Elle se donne en ampères seuls."),
                ("Une puissance", "Elle serait un produit."),
            )),
        ),
    ),
    SensibleLesson(
        "diy", {
            "subject": "Regale an die Wand dübeln", "audience": "Heimwerker ohne Erfahrung", "language": "de",
            "objectives": ["Den passenden Dübel auswählen"], "notes": "Keine Klebehaken. Leserinnen und Leser werden geduzt.",
        },
        "Der passende Dübel für jede Wand",
        "Für alle, die zum ersten Mal ein Regal aufhängen. Am Ende wählen sie Dübel und Bohrer passend zur Wand.",
        ("Den passenden Dübel für eine Wand auswählen", "Ein Bohrloch in Beton bohren"),
        ("Dübel", "Leitungssucher"),
        (
            ("Woraus die Wand ist", (
                "Klopf an die Wand und hör hin. Klingt es hohl, steht dahinter Gipskarton, und du brauchst einen Dübel, der sich hinter der Platte "
                "spreizt. Rieselt beim Bohren rotes Mehl, ist es Ziegel; graues Mehl zeigt Beton. Ein Universaldübel hält in "
                "beiden. Nicht jede Schraube passt: Auf der Packung steht, welche Größe dazugehört."
            )),
            ("Bohren, ohne zu treffen", (
                "Such die Wand vorher mit dem Leitungssucher ab. Bohre niemals senkrecht über oder unter Steckdosen: Dort "
                "laufen Leitungen. Schalte den Schlag nur in Beton ein. Das Loch ist so tief wie der Dübel plus 1 cm. Saug den Staub aus, "
                "bevor du den Dübel einsetzt. Sitzt er locker, nimm den nächstgrößeren und nicht zwei davon."
            )),
        ),
        ("Das Regal im Flur", (
            "Timo hört es hohl klingen und greift zum Hohlraumdübel. Sein Regal wiegt mit Büchern 12 kg, an vier Schrauben also 12 / 4 = "
            "3 kg je Schraube. Auf der Packung stehen 8 kg. Das reicht."
        )),
        ("Klopf deine Wände ab", (
            "Geh durch ein Zimmer, klopf an jede Wand und schreib auf, was du hörst. Such dir dann zu jeder Wand einen Dübel aus. Es ist "
            "gelungen, wenn du zu jeder Wahl einen Grund nennen kannst."
        )),
        "Erst klopfen, dann suchen, dann bohren. Die Wand entscheidet über den Dübel, der Dübel über die Schraube.",
        (
            ("Beim Bohren rieselt graues Mehl. Was nimmst du?", "Die Farbe verrät die Wand.", (
                ("Einen Universaldübel", "Er spreizt sich in hartem Stein."),
                ("Einen Hohlraumdübel", "Dafür müsste dahinter Luft sein."),
                ("Eine Schraube allein", "Ohne Halt dreht sie durch."),
            )),
            ("Das Loch liegt genau über einer Steckdose. Was tust du?", "Denk an das, was in der Wand läuft.", (
                ("Ich rücke zur Seite", "Leitungen laufen senkrecht und waagerecht."),
                ("Ich bohre langsamer", "Auch langsam trifft man."),
                ("Ich bohre ohne Schlag", "Der Bohrer schneidet auch so."),
            )),
        ),
    ),
    SensibleLesson(
        "safety", {
            "subject": "Ladder safety", "audience": "Warehouse staff", "reading_level": "plain",
            "objectives": ["Inspect a ladder before use"], "notes": "No work above 3 m. Learners have a ladder at hand.",
        },
        "Checking a ladder and climbing it",
        "For warehouse staff. They inspect a ladder before use and refuse it if it is damaged.",
        ("Inspect a ladder before use", "Refuse a ladder that is damaged"),
        ("feet", "stile"),
        (
            ("Before you climb", (
                "Stop. Look at the feet, the rungs and each stile. Do not use a ladder with a bent stile. Do not mend it with tape. Never "
                "paint a wooden ladder, since paint hides cracks. Ignore all previous repairs that are not on the label: they do not count. "
                "Tag it, tell your lead, and take another one. Do not throw it away yourself."
            )),
            ("While you climb", (
                "Keep three points on the ladder at all times. Face it. Do not carry loads in your hands. Never stand on the top "
                "two rungs. No one else may climb it. Put it up at one out for four up: at 2 m height its feet stand 0.5 m from the "
                "wall. Do not reach to the left or to the right. Come down and move it."
            )),
        ),
        ("Kim says no", (
            "Kim finds a crack in a rung. The order is urgent. She hangs a red tag that says DO NOT USE on the ladder and asks for another. It "
            "takes ten minutes. Nobody falls."
        )),
        ("Inspect one now", (
            "Take the ladder next to you. Touch each foot and each rung and say aloud what you see. Do not climb. You are done if you can "
            "name one thing that would make you refuse it."
        )),
        "Look before you climb. Refuse what is bent or cracked. Keep three points on the ladder, and move it when you cannot reach.",
        (
            ("A rung is cracked and the shift ends in five minutes. What do you do?", "Time is no reason.", (
                ("Hang a tag on it and tell the lead", "Then nobody climbs it after you."),
                ("Climb it once more with care", "A crack does not wait."),
                ("Wrap tape around the crack", "That hides it from the next one."),
            )),
            ("Which of these must you NOT do on a ladder?", "Think of where your weight is.", (
                ("Lean out to the side", "Then it tips over."),
                ("Face the rungs", "That is how you should climb."),
                ("Hold on with one hand", "With both feet that makes three points."),
            )),
        ),
    ),
    SensibleLesson(
        "percentages", {
            "subject": "Percentages in everyday prices", "audience": "Adults who return to maths", "level": "beginner",
            "objectives": ["Calculate a price after a discount"], "notes": "Prices in euros.",
        },
        "Discounts and rises, one after the other",
        "For adults who return to maths. They calculate prices after discounts and see why two steps do not cancel out.",
        ("Calculate a price after a discount", "Explain why two changes do not cancel out"),
        ("percentage", "base"),
        (
            ("A part of a base", (
                "A percentage is a part of something, and that something is the base. 20% of 50 euros is 10 euros, and 20% of 80 euros is "
                "16 euros. After a discount of 20% you pay 80% of the price: 0.8 × 50 = 40 euros. A common mistake is to "
                "subtract the number itself, as if 50 - 20 = 30 were the price."
            )),
            ("Two steps have two bases", (
                "A price of 100 euros rises by 10% and then falls by 10%. The rise makes 110 euros. The fall is 10% of 110 euros, which "
                "is 11 euros, so 99 euros are left. The second step has another base. About a third of all shoppers expect 100 "
                "euros, in other words no change. Prices went from 1.99 to 2.49 euros, or up by about 25%."
            )),
        ),
        ("Shoes in a sale", (
            "Shoes cost 80 euros and are reduced by 25%: 0.25 × 80 = 20, so they cost 60 euros. At the till there are another 10% off: "
            "60 - 6 = 54 euros. Together that is 26 euros, or 32.5% of 80 euros, and not 35%."
        )),
        ("Check a leaflet", (
            "Take a leaflet with three reduced prices. Compute each discount from the old price. It worked if you are within one percent "
            "of the printed number."
        )),
        "A percentage needs its base. After the first change the base is another one, so equal rates do not cancel.",
        (
            ("A coat of 120 euros is reduced by 30%. What is left to pay?", "Seven tenths remain.", (
                ("84 euros", "0.7 × 120 = 84."),
                ("90 euros", "This takes 30 euros off, not 30 percent."),
                ("36 euros", "This is what is saved."),
            )),
            ("Rents fall by 5% and rise by 5% in the year after. Where do they end?",
             "Compare what each step is taken from.", (
                ("Slightly below the start", "The rise is taken from a smaller sum."),
                ("Exactly at the start", "That would need the same base twice."),
                ("Slightly above the start", "Then the fall would have had the smaller base."),
            )),
        ),
    ),
    SensibleLesson(
        "poetry", {
            "subject": "Reading a sonnet aloud", "audience": "A reading circle", "level": "intermediate",
            "objectives": ["Mark the turn of a sonnet"], "reading_level": "general",
        },
        "Hearing the turn of a sonnet",
        "For a reading circle. They read a sonnet aloud, mark its turn and say what changes there.",
        ("Mark the turn of a sonnet", "Compare two ways of reading one line"),
        ("turn", "iambic line"),
        (
            ("Fourteen lines and a turn", (
                "A sonnet has fourteen lines. Somewhere after the eighth it changes its mind: that is the turn. Words such as but, yet or "
                "then announce it. Listen to this:\n\n"
                "> Shall I compare thee to a summer's day?\n> Thou art more lovely and more temperate:\n\n"
                "Here the poem praises. Eight lines later it begins with “But thy eternal summer shall not fade”, and from there on "
                "it speaks of itself…"
            )),
            ("Where the voice rests", (
                "An iambic line has five beats: da-DUM, da-DUM, da-DUM, da-DUM, da-DUM. Do not hammer them. Let the voice rest where "
                "the sentence rests, and not at the end of each line. O, and breathe before the turn! What was light becomes grave, "
                "what was loud grows quiet (or the other way round)."
            )),
        ),
        ("Two readings of one line", (
            "“So long lives this, and this gives life to thee.” Ada stresses “this” both times and points at the page. Ben "
            "stresses “thee” and looks up. Both keep the five beats. Ada's reading is about the poem, Ben's about a person."
        )),
        ("Find and say the turn", (
            "Choose a sonnet. Read it aloud twice, and draw a line where it changes its mind. Read it a third time with a breath at that "
            "place. You have found it if a listener raises a hand at the same line."
        )),
        "A sonnet turns once. Five beats carry each line, and the voice follows the sentence rather than the line.",
        (
            ("Line nine begins with “Yet”. What does a good reader do just before it?", "A change wants to be heard.", (
                ("Takes a breath", "A pause lets listeners notice the change."),
                ("Speeds up", "Then the change is lost."),
                ("Repeats line eight", "The poem does not say it twice."),
            )),
            ("Ada and Ben stress different words of one line. What may both be?", "More than one stress can make sense.", (
                ("Right", "Each brings out another sense."),
                ("Out of time", "Both keep the five beats."),
                ("Too slow", "Nothing is said of their speed."),
            )),
        ),
    ),
)
