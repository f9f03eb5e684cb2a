"""Courses without a fault, written by hand: what rules are tried on.  A test plants one defect, or a near miss."""

from generation.core.kind import JsonObject

BRIEF: JsonObject = {
    "subject": "Reading an electricity bill", "audience": "Tenants who pay their own bill",
    "objectives": ["Find the price for one kilowatt-hour on a bill", "Check whether the yearly total is right"],
    "modules": 1, "lessons_per_module": 2, "minutes_per_lesson": 10, "level": "intermediate",
    "notes": "Learners have a printed bill and a pocket calculator. No spreadsheets. Do not mention solar panels.",
}
PLAN: JsonObject = {
    "title": "Your electricity bill, line by line",
    "summary": "For tenants who pay their own bill. In two short lessons they learn to find each price on a bill, to "
               "tell the standing charge from the unit price, and to check whether the total for the year is right.",
    "objectives": [{"id": "O1", "text": "Check an electricity bill for mistakes in prices and totals"}],
    "modules": [{
        "title": "From the meter to the total", "summary": "Two lessons lead from single prices to the yearly total.",
        "objectives": [
            {"id": "M1.1", "text": "Identify the prices that an electricity bill is made of", "supports": "O1"},
            {"id": "M1.2", "text": "Calculate the total of a bill from its meter readings", "supports": "O1"},
        ],
        "lessons": [
            {"title": "Two prices on one page", "objectives": [
                {"text": "Distinguish the unit price from the standing charge on a bill", "supports": "M1.1"},
                {"text": "Locate the price for one kilowatt-hour on a bill", "supports": "M1.1"},
            ], "prerequisites": [], "key_terms": ["unit price", "standing charge"]},
            {"title": "Computing the yearly total", "objectives": [
                {"text": "Calculate the yearly total from two meter readings", "supports": "M1.2"},
            ], "prerequisites": [1], "key_terms": ["meter reading", "consumption"]},
        ],
    }],
}


def option(text: str, is_correct: bool, explanation: str) -> JsonObject:
    return {"text": text, "is_correct": is_correct, "explanation": explanation}


def item(objective: str, stem: str, rationale: str, *options: JsonObject, kind: str = "single") -> JsonObject:
    return {"objective": objective, "kind": kind, "stem": stem, "options": list(options), "rationale": rationale}


FIRST: JsonObject = {
    "sections": [
        {"heading": "Two kinds of price", "body": (
            "Mina opens her first bill and sees one large sum. She wonders where it comes from. A bill has two kinds of "
            "price. The unit price is what one kilowatt-hour costs. It is paid for every hour in which a device of one "
            "thousand watts runs. The standing charge is what the connection costs, whether or not anything is switched "
            "on. It is paid for every day of the year.\n\n"
            "Think of a taxi. There is a sum for getting in, and a sum for each kilometre. The standing charge is the sum "
            "for getting in. The unit price is the sum for each kilometre. If Mina leaves for a month, only one of them "
            "goes down to nothing. The other one stays, because the cable to her flat stays, too. This is why an empty "
            "flat still has a bill."
        )},
        {"heading": "Where they stand on the page", "body": (
            "Most suppliers print both prices in a table on the second page. Look for the word tariff first. Below it "
            "stands a number with a small unit behind it. If the unit is cents per kilowatt-hour, you have found the unit "
            "price. If the unit is cents per day, or euros per year, you have found the standing charge.\n\n"
            "| Line on the bill | Unit behind the number |\n|---|---|\n| Unit price | cents per kilowatt-hour |\n"
            "| Standing charge | cents per day |\n\n"
            "Some bills show prices with tax and without. Take the ones with tax, since those are what you pay. Rules differ "
            "by country, so read the small print below the table once. Mark both numbers with a pencil, and write beside "
            "each of them what it is paid for."
        )},
    ],
    "examples": [{"title": "Mina away for a month", "body": (
        "Mina is away in June. Her fridge is off, and nothing else runs. The supplier asks for 30 days at 40 cents. She "
        "computes 30 × 40 = 1200 cents, which is 12 euros. The bill says 12 euros, too. A tempting mistake would be to "
        "expect nothing at all, because nothing was used. The connection costs money even then."
    )}],
    "activities": [{"title": "Find both on your own bill", "minutes": 7, "instructions": (
        "Take your printed bill and a pencil. Underline the tariff table, circle the unit price, and draw a box around the "
        "standing charge. Read the units aloud. You have succeeded when one unit ends in kilowatt-hour and the other in day "
        "or year."
    )}],
    "summary": "A bill adds two kinds of price. One is paid for what you use, the other for being connected. The unit "
               "behind a number tells you which of them it is.",
    "quiz": [
        item(
            "L1.1", "Jon leaves his flat for the whole of May with everything switched off. What does he still pay?",
            "Ask what is there even when nothing runs: the cable to the flat.",
            option("The daily amount for the connection", True, "The cable stays, so its cost stays."),
            option("A reduced sum for each device", False, "Devices that are off use nothing and cost nothing."),
            option("Nothing, since nothing was used", False, "This forgets that a connection has a cost of its own."),
        ),
        item(
            "L1.2", "Behind which number do you find what an hour of cooking at one thousand watts costs?",
            "The name of the unit holds the answer: energy, not time.",
            option("The one in cents per kilowatt-hour", True, "Cooking for an hour at that power is just this unit."),
            option("The one in euros for each year", False, "A sum for a year does not depend on cooking."),
            option("The one in cents for each day", False, "Days pass whether somebody cooks or not."),
        ),
    ],
}
SECOND: JsonObject = {
    "sections": [
        {"heading": "From two readings to one number", "body": (
            "A meter counts on and on, like the counter of a bicycle. A meter reading is the number that it shows on a certain "
            "day. One number alone says little. Two of them say how much was used in between. The difference is your "
            "consumption, and it is given in kilowatt-hours.\n\n"
            "Note the date beside each number. Suppliers sometimes estimate when nobody was at home, and print a small letter "
            "E for it. An estimate is no mistake, but it can be far off. If yours is, send the true number with a photograph "
            "of the dial. The next bill then makes up for the difference. Keep the photograph for at least two years."
        )},
        {"heading": "Adding both parts", "body": (
            "The yearly total has two parts, as you know from the first lesson. Multiply the consumption by what one "
            "kilowatt-hour costs. Then multiply the daily charge by 365. Add the two results, and compare the sum with the "
            "bill. A difference of some cents comes from rounding.\n\n"
            "1. Subtract the older number from the newer one.\n2. Multiply by the price of a kilowatt-hour.\n"
            "3. Add the charge for 365 days.\n\n"
            "If your sum and the bill differ by more than one euro, look for a change of prices within the year. Then each part "
            "of the year has a line of its own, and you compute each line by itself before you add them."
        )},
    ],
    "examples": [{"title": "Sam checks a year", "body": (
        "Sam reads 4200 in January and 6200 in the January after. He has used 6200 - 4200 = 2000 kilowatt-hours. At 0.30 "
        "euros each that makes 2000 × 0.30 = 600 euros. The connection costs 0.40 euros a day, so 365 × 0.40 = 146 euros. "
        "Together that is 746 euros. The bill says 764: two digits have changed places, and Sam writes to his supplier."
    )}],
    "activities": [{"title": "Check a year of your own", "minutes": 7, "instructions": (
        "Take two bills and a pocket calculator. Write down both numbers of the dial with their dates, compute the difference, "
        "and follow the three steps above. It worked if your sum is within one euro of the printed one."
    )}],
    "summary": "Subtract, multiply, add: more is not needed to check a bill. If the result is off by more than a euro, look for "
               "an estimate or a change of prices.",
    "quiz": [
        item(
            "L2.1", "A dial shows 1500 at first and 1900 a year later; each kilowatt-hour costs 0.50 euros. What does the energy "
                    "cost?",
            "Subtract first, then multiply by the price.",
            option("200 euros", True, "The difference is 400, and half of it is the cost."),
            option("750 euros", False, "This multiplies the older number instead of the difference."),
            option("950 euros", False, "This multiplies the newer number instead of the difference."),
        ),
        item(
            "L2.1", "Lea's own sum is three euros below the printed one. Where should she look next?",
            "Small differences come from rounding, larger ones from a change that the sum did not follow.",
            option("For a new price within the year", True, "A change splits the year into lines with sums of their own."),
            option("For rounding in single lines", False, "Rounding makes some cents, never whole euros."),
            option("For a broken dial in the cellar", False, "A broken dial would change both sums alike."),
        ),
    ],
}
GERMAN_BRIEF: JsonObject = {
    "subject": "Sauerteigbrot backen", "audience": "Erwachsene, die zu Hause backen", "modules": 1,
    "lessons_per_module": 1, "minutes_per_lesson": 10, "language": "de",
    "objectives": ["Einen Sauerteig ansetzen und pflegen"], "notes": "Keine Zusatzstoffe.",
}
GERMAN_PLAN: JsonObject = {
    "title": "Sauerteig von Anfang an", "summary": "Für alle, die zu Hause Brot backen. Am Ende setzen sie einen Sauerteig "
    "selbst an, pflegen ihn über mehrere Tage und erkennen, wann er reif ist.",
    "objectives": [{"id": "O1", "text": "Einen Sauerteig ansetzen und seine Reife beurteilen"}],
    "modules": [{
        "title": "Der Ansatz", "summary": "Eine Lektion führt vom Mehl zum reifen Teig.",
        "objectives": [
            {"id": "M1.1", "text": "Einen Sauerteig in fünf Tagen ansetzen", "supports": "O1"},
            {"id": "M1.2", "text": "Die Reife eines Ansatzes begründet beurteilen", "supports": "O1"},
        ],
        "lessons": [{
            "title": "Mehl, Wasser, Geduld", "objectives": [
                {"text": "Die Reife eines Sauerteigs an drei Zeichen erkennen", "supports": "M1.2"},
                {"text": "Erklären, warum der Ansatz täglich gefüttert wird", "supports": "M1.1"},
            ], "prerequisites": [], "key_terms": ["Anstellgut", "Reife"],
        }],
    }],
}
GERMAN: JsonObject = {
    "sections": [
        {"heading": "Was im Glas geschieht", "body": (
            "Jana rührt Mehl und Wasser zusammen und stellt das Glas an einen warmen Ort. Nach einem Tag sieht sie die ersten "
            "Blasen. Im Mehl leben Hefen und Bakterien, und beide fressen den Zucker, der aus der Stärke entsteht. Die Hefen "
            "machen Gas, die Bakterien machen Säure. Damit sie nicht verhungern, bekommen sie jeden Tag neues Mehl und "
            "Wasser.\n\n"
            "Was von einem reifen Teig übrig bleibt und den nächsten impft, heißt Anstellgut. Ein Löffel davon reicht für ein "
            "ganzes Brot. Im Kühlschrank hält es sich eine Woche, danach braucht es wieder Futter. So bleibt der Teig über "
            "Jahre am Leben."
        )},
        {"heading": "Drei Zeichen der Reife", "body": (
            "Die Reife erkennt man an drei Zeichen. Der Teig hat sein Volumen mindestens verdoppelt. Er riecht mild sauer, wie "
            "Joghurt, und nicht stechend wie Essig. Seine Oberfläche ist gewölbt und voller feiner Blasen. Sinkt sie in der "
            "Mitte ein, ist der beste Zeitpunkt schon vorbei.\n\n"
            "Ein Gummiband um das Glas hilft beim Schätzen: Es zeigt, wie hoch der Teig am Anfang stand. Wer unsicher ist, gibt "
            "einen Löffel Teig in ein Glas mit Wasser. Schwimmt er, so ist genug Gas darin. Geht er unter, braucht er noch eine "
            "Stunde."
        )},
    ],
    "examples": [{"title": "Jana am fünften Tag", "body": (
        "Am Morgen steht der Teig zwei Zentimeter hoch, am Mittag fünf. Jana riecht daran: mild, wie Joghurt. Sie macht die "
        "Probe im Wasser, und der Löffel Teig schwimmt. Ein Fehler wäre es, jetzt noch bis zum Abend zu warten, denn dann fällt "
        "der Teig zusammen, und das Brot wird flach."
    )}],
    "activities": [{"title": "Den eigenen Ansatz prüfen", "minutes": 7, "instructions": (
        "Nimm dein Glas und suche nach den drei Zeichen. Schreibe zu jedem einen Satz auf und mache dann die Probe im Wasser. "
        "Es ist gelungen, wenn Probe und Zeichen dasselbe sagen."
    )}],
    "summary": "Ein Ansatz lebt, solange er Futter bekommt. Er ist reif, wenn er doppelt so hoch steht, mild riecht und voller "
               "Blasen ist.",
    "quiz": [
        item(
            "L1.1", "Der Teig riecht stechend und ist in der Mitte eingesunken. Was ist geschehen?",
            "Vergleiche den Zustand mit den drei Zeichen.",
            option("Er stand einige Stunden zu lang", True, "Das Gas ist entwichen, und die Säure hat zugenommen."),
            option("Er ist noch lange nicht so weit", False, "Dann wäre er gar nicht erst gestiegen."),
            option("Er hat zu wenig Wasser bekommen", False, "Ein fester Teig steigt langsamer, sinkt aber nicht ein."),
        ),
        item(
            "L1.2", "Warum bekommt das Glas an jedem Tag etwas Neues?",
            "Frage, wovon die Lebewesen im Glas leben.",
            option("Der Zucker ist dann verbraucht", True, "Ohne Stärke aus neuem Mehl verhungern Hefen und Bakterien."),
            option("Die Säure muss verdünnt werden", False, "Die Säure schadet dem Teig nicht, sie schützt ihn."),
            option("Das Gas soll schneller entweichen", False, "Das Gas soll ja gerade im Teig bleiben."),
        ),
    ],
}
