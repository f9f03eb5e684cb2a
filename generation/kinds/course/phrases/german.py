"""German.  Terms stand in quotation marks, so that they need no article and no case."""

from generation.kinds.course.phrases.german_cases import ACTIVITIES, CONTEXTS, EXAMPLES, NAMES, PLACES, QUESTIONS, TIMES
from generation.kinds.course.phrases.shape import Aspect, CoursePhrases, Theme

GERMAN = CoursePhrases(
    language="de",
    levels={"beginner": "Einstieg", "intermediate": "Mittelstufe", "advanced": "Fortgeschrittene"},
    titles=("{topic}: ein Kurs für die Praxis", "{topic}: von der Idee zur Anwendung", "{topic}: lernen durch Tun"),
    summary=(
        "Ein Kurs zum Thema „{topic}“ auf der Stufe {level}, mit {lessons} Lektionen von je etwa {minutes} "
        "Minuten. Jede Lektion erklärt einen Schritt, zeigt ihn an einem Beispiel und endet mit einer Aufgabe und "
        "einem kurzen Quiz, damit alle selbst sehen, was sie schon können und was noch Übung braucht."
    ),
    module_summary="In diesem Modul geht es um {about}. Die Fälle drehen sich um „{strand}“.",
    own_objectives=(
        "Die Leitgedanken zum Thema „{topic}“ in einfachen Worten erklären",
        "Die wichtigsten Methoden zum Thema „{topic}“ auf einen neuen Fall anwenden",
        "Häufige Fehler beim Thema „{topic}“ an ihren Anzeichen erkennen",
        "Eine Entscheidung zum Thema „{topic}“ mit Kriterien begründen",
    ),
    verb="erklären",
    before="An einem eigenen Fall anwenden: ",
    before_question="Erklären, ",
    observable=frozenset(
        "analysieren anlegen anpassen anwenden aufbauen auflisten aufstellen aufzählen ausführen auswerten "
        "auswählen bauen beantworten bearbeiten begründen beheben benennen berechnen beschreiben bestimmen "
        "beurteilen bewerten bilden darstellen deuten diagnostizieren durchführen einordnen einrichten einsetzen "
        "entscheiden entwerfen entwickeln erarbeiten erkennen erklären erläutern ermitteln erstellen finden "
        "formulieren gestalten gliedern identifizieren interpretieren klassifizieren konstruieren kontrollieren "
        "lösen messen nennen ordnen organisieren planen präsentieren prüfen reagieren reparieren schreiben "
        "schätzen sichern skizzieren sortieren testen unterscheiden verfassen vergleichen verwenden verändern "
        "vorbereiten vorführen vorhersagen warten widerlegen wiedergeben wählen zeichnen zeigen zuordnen "
        "zusammenfassen zusammenstellen überarbeiten überprüfen übersetzen".split()
    ),
    unobservable=frozenset(
        "begreifen kennen kennenlernen lernen nachvollziehen verinnerlichen verstehen wissen".split()
    ),
    questions_begin=frozenset("ob wann warum was welche welcher welches wer wie wo woran wozu".split()),
    infinitive_endings=(),
    strand="{objective}",
    lowers=False,
    weak_endings=frozenset(
        "als am an auf aus bei das dem den der des die drei ein eine einem einen einer eins fünf für ihre ihren im "
        "in mit nach oder sowie und vier von wie zu zum zur zwei".split()
    ),
    term="„{term}“",
    lesson_title="{aspect}: {theme}",
    themes=(
        Theme(
            "Grundlagen",
            "die Gedanken, auf denen alles andere ruht",
            "bei den Grundlagen",
            (
                "Das Ziel „{strand}“ an einem einfachen Fall veranschaulichen",
                "Das Ziel „{strand}“ in einfachen Worten erklären",
            ),
        ),
        Theme(
            "Kernmethoden",
            "die wenigen Methoden, die die meisten Fälle lösen",
            "bei den Kernmethoden",
            (
                "Eine Kernmethode auf einen Fall zu „{strand}“ anwenden",
                "Zwei Methoden für einen Fall zu „{strand}“ vergleichen",
            ),
        ),
        Theme(
            "Werkzeuge und Material",
            "was wann und warum verwendet wird",
            "bei der Wahl der Mittel",
            (
                "Geeignete Mittel für einen Fall zu „{strand}“ auswählen",
                "Die Wahl des Materials für „{strand}“ begründen",
            ),
        ),
        Theme(
            "Die Arbeit planen",
            "den Weg von einem Ziel zu Schritten mit Terminen",
            "bei der Planung",
            ("Einen Plan mit Terminen für „{strand}“ aufstellen", "Den Aufwand eines Falls zu „{strand}“ schätzen"),
        ),
        Theme(
            "Begleitete Übung",
            "ganze Fälle mit immer weniger Hilfe",
            "bei begleiteter Übung",
            ("Das Ziel „{strand}“ mit wenig Hilfe vorführen", "Einen ganzen Fall zu „{strand}“ lösen"),
        ),
        Theme(
            "Befunde lesen",
            "den Unterschied zwischen Ergebnis und Zufall",
            "beim Lesen von Befunden",
            ("Die Ergebnisse eines Falls zu „{strand}“ deuten", "Die Belege in einem Fall zu „{strand}“ beurteilen"),
        ),
        Theme(
            "Häufige Fehler",
            "was schiefgeht und woran man es merkt",
            "bei häufigen Fehlern",
            (
                "Einen fehlerhaften Fall zu „{strand}“ diagnostizieren",
                "Die Fehler in einem Fall zu „{strand}“ einordnen",
            ),
        ),
        Theme(
            "Mit anderen arbeiten",
            "geteilte Arbeit, Worte und Entscheidungen",
            "bei der Zusammenarbeit",
            ("Eine Entscheidung zu „{strand}“ im Team begründen", "Das Ziel „{strand}“ für andere zusammenfassen"),
        ),
        Theme(
            "Güte und Durchsicht",
            "Kriterien, Listen und Rückmeldung",
            "bei der Durchsicht",
            ("Einen fertigen Fall zu „{strand}“ bewerten", "Einen Fall zu „{strand}“ nach einer Liste überarbeiten"),
        ),
        Theme(
            "An Umstände anpassen",
            "was sich mit den Umständen ändert",
            "bei neuen Umständen",
            (
                "Einen Plan zu „{strand}“ an ungewohnte Umstände anpassen",
                "Die Folge einer Änderung für „{strand}“ vorhersagen",
            ),
        ),
        Theme(
            "Eigene Vorhaben",
            "ein Vorhaben von der Frage bis zum Bericht",
            "beim eigenen Vorhaben",
            ("Ein kleines Vorhaben zu „{strand}“ entwerfen", "Einen Bericht über „{strand}“ gliedern"),
        ),
        Theme(
            "Ausblick",
            "den Weg danach",
            "bei weiterer Übung",
            ("Weitere Übung zu „{strand}“ planen", "Offene Fragen zu „{strand}“ ordnen"),
        ),
    ),
    aspects=(
        Aspect(
            "Erster Blick",
            (
                "Den Begriff {term} mit einem eigenen Beispiel beschreiben",
                "Mit {other} einen ersten Fall zu „{strand}“ lösen",
            ),
            ("Ausgangspunkt", "Bezugsrahmen"),
            (
                "{Term} heißt die Stelle, von der aus noch alle Möglichkeiten zu sehen sind.",
                "{Other} heißt das, womit ein Ergebnis verglichen wird.",
            ),
        ),
        Aspect(
            "Leitgedanken",
            ("Die Begriffe {term} und {other} unterscheiden", "Mit {term} einen Fall zu „{strand}“ darstellen"),
            ("Leitgedanke", "Gegenbeispiel"),
            (
                "{Term} heißt der eine Gedanke, der die meisten Entscheidungen erklärt.",
                "{Other} heißt ein Fall, in dem dieser Gedanke versagt.",
            ),
        ),
        Aspect(
            "Schritt für Schritt",
            ("Erklären, warum {term} vor {other} kommt", "Mit {other} einen Fall zu „{strand}“ ausführen"),
            ("Arbeitsfolge", "Haltepunkt"),
            (
                "{Term} heißt die Reihenfolge, in der jeder Schritt findet, was er braucht.",
                "{Other} heißt der Augenblick, in dem die Arbeit mit dem Plan verglichen wird.",
            ),
        ),
        Aspect(
            "Ein gelöster Fall",
            (
                "Einen Fall mit {term} und {other} analysieren",
                "Aus {other} den Ausgang eines Falls zu „{strand}“ vorhersagen",
            ),
            ("Musterfall", "Weggabelung"),
            (
                "{Term} heißt ein Fall, der von der ersten Frage bis zum Ergebnis verfolgt wird.",
                "{Other} heißt die Stelle, an der er anders hätte weitergehen können.",
            ),
        ),
        Aspect(
            "Gut wählen",
            ("Zwei Möglichkeiten nach {term} vergleichen", "Mit {other} eine Wahl zu „{strand}“ begründen"),
            ("Auswahlkriterium", "Abwägung"),
            (
                "{Term} heißt die Eigenschaft, derentwegen eine Möglichkeit vorgezogen wird.",
                "{Other} heißt der Tausch von dem, was aufgegeben wird, gegen das, was gewonnen wird.",
            ),
        ),
        Aspect(
            "Unter echten Umständen",
            ("Einen Plan an {term} anpassen", "Mit {other} einen Fall zu „{strand}“ schätzen"),
            ("Randbedingung", "Sicherheitsabstand"),
            (
                "{Term} heißt eine Grenze, die die Arbeit hinnehmen muss.",
                "{Other} heißt die Reserve, die eine Überraschung harmlos macht.",
            ),
        ),
        Aspect(
            "Ergebnisse prüfen",
            ("Ein Ergebnis mit {term} prüfen", "Ein Ergebnis zu „{strand}“ nach {other} einordnen"),
            ("Erwartungsbereich", "Zweitmessung"),
            (
                "{Term} heißt das, was ein Ergebnis sein darf, ohne eine Frage auszulösen.",
                "{Other} heißt ein unabhängiger Blick auf dieselbe Sache.",
            ),
        ),
        Aspect(
            "Fehler finden",
            ("Einen Fehler aus {term} bestimmen", "Die Fehler in einem Fall zu „{strand}“ nach {other} ordnen"),
            ("Anzeichen", "Ursachenvermutung"),
            (
                "{Term} heißt, was von einem Fehler zu sehen, zu hören oder zu messen ist.",
                "{Other} heißt die Erklärung, deren Prüfung am wenigsten kostet.",
            ),
        ),
        Aspect(
            "Einen Entwurf verbessern",
            ("Einen Entwurf nach {term} überarbeiten", "Eine Verbesserung zu „{strand}“ mit {other} messen"),
            ("Ausgangswert", "Rückkopplung"),
            (
                "{Term} heißt der Stand, bevor etwas verändert wurde.",
                "{Other} heißt die Art, wie ein Ergebnis den nächsten Versuch verändert.",
            ),
        ),
        Aspect(
            "Alles zusammen",
            (
                "Die Begriffe {term} und {other} an einem Fall anwenden",
                "Mit {term} eine Aufgabe zu „{strand}“ entwerfen",
            ),
            ("Gesamtaufgabe", "Selbstprüfung"),
            (
                "{Term} heißt eine Arbeit, die alle Teile zugleich braucht.",
                "{Other} heißt eine Frage, die sich ohne Lehrkraft beantworten lässt.",
            ),
        ),
    ),
    headings=(
        "Was {term} bedeutet",
        "Von {term} zu {other}",
        "Wie {other} hilft",
        "{term} in der Praxis",
        "Wenn {other} fehlt",
        "Worauf bei {term} zu achten ist",
        "Entscheiden mit {other}",
        "Ein genauer Blick auf {term}",
    ),
    short=(
        "Beginne mit {term}.",
        "Schreib auf, was {name} sieht.",
        "Nun kommt {other} an die Reihe.",
        "Passt {term} zu diesem Fall?",
        "Wenn ja, geh weiter zu {other}.",
        "Wenn nicht, frag {name} nach dem Grund.",
        "Halte {term} kurz und klar.",
        "{Name} probiert es zuerst {place}.",
        "Der erste Versuch dauert, und {other} zeigt es.",
        "Eine kleine Änderung bei {term} kann viel helfen.",
        "Sieh dir eine Sache an und notiere {other}.",
        "Sag {term} in eigenen Worten.",
        "Prüfe es dann mit {other}.",
        "Viele vergessen {other}, also setz es auf die Liste.",
        "{Name} notiert {term} jedes Mal.",
        "Die Notiz hilft dem Nächsten {place}.",
    ),
    long=(
        "Beim Thema „{topic}“ werden die meisten Entscheidungen leichter, sobald {term} klar ist.",
        "Ein kleiner, vollständiger Versuch zu „{strand}“ lehrt mehr als ein langer, unfertiger.",
        "Wer beim Thema „{topic}“ neu ist, lässt {other} oft aus und bezahlt später dafür.",
        "Sieh dir eine Sache an; ändern sich {term} und {other} zugleich, lässt sich nicht sagen, was gewirkt hat.",
        "Der Unterschied zwischen {term} und {other} ist auf dem Papier klein und in der Praxis groß.",
        "Frag, was bei {term} wahr sein müsste, damit die andere Wahl besser wäre.",
        "Wenn du {term} nicht in zwei Sätzen erklären kannst, geh zum Beispiel zurück und versuch es noch einmal.",
        "Gute Notizen zu {other} nennen den Tag, die Umstände und den Grund für jede Wahl.",
        "Nimm {other} als Probe: widerspricht sie dem Ergebnis, such den Grund, bevor du weitergehst.",
        "{Name} macht das {place} seit Jahren und lässt bei „{strand}“ keinen Schritt aus.",
        "Eine Faustregel zu {term} dient gut, solange du weißt, wo sie aufhört zu stimmen.",
        "Vergleiche mindestens zwei Wege zu {other}, auch wenn der erste gut aussieht.",
        "Fehler bei {term} zeigen sich früh, wenn man sie sucht, und spät, wenn man es lässt.",
        "Halte die erste Fassung von {term} einfach, damit zu sehen ist, was jede Ergänzung bewirkt.",
        "Sieh {other} als eine Grenze, die du mit Absicht wählst, und plane um sie herum.",
        "Ändern sich {place} die Umstände, bleibt {term} meist gleich, und die Mengen ändern sich.",
        "Sag laut, wie {term} zu {other} führt; eine Lücke hört man leichter, als man sie sieht.",
        "Es hilft, die Lage zu zeichnen, mit {term} in der Mitte und allem, was darauf wirkt, ringsum.",
        "Zahlen zu „{strand}“ sagen allein wenig, also notiere das Übliche, bevor du das Ungewöhnliche beurteilst.",
        "Wer deine Notizen zu „{strand}“ im nächsten Monat liest, soll wiederholen können, was du getan hast.",
    ),
    joined=("; in der Praxis gilt: ", "; aus diesem Grund gilt: ", "; im Vergleich dazu: "),
    steps=(
        "Notiere, was zu {term} bekannt ist, und frag {name} nach „{strand}“.",
        "Markiere die Stelle {place}, an der {other} den Ausgang entscheidet.",
        "Probiere die kleinste Fassung von {term}, die gehen kann.",
        "Vergleiche {other} mit der Erwartung von {name}.",
        "Schreib {place} einen Satz darüber, was {term} beim nächsten Mal ändert.",
    ),
    examples=EXAMPLES,
    activities=ACTIVITIES,
    summaries=(
        "Zuerst kommt {term}, und {other} ist die Probe, die alles ehrlich hält. Arbeite in kleinen, vollständigen "
        "Schritten und vergleiche den Ausgang mit deiner Erwartung.",
        "Du hast gesehen, wie {term} und {other} zusammengehören. Ändere immer nur eine Sache und hinterlasse "
        "Notizen, denen andere folgen können.",
        "Gute Arbeit mit {term} ist zuerst langsam und danach wiederholbar. Passt {other} nicht, such den Grund, "
        "bevor du weitergehst.",
    ),
    questions=QUESTIONS,
    names=NAMES,
    places=PLACES,
    times=TIMES,
    contexts=CONTEXTS,
)
