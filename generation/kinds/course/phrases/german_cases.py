"""German: the cases of examples, activities and questions."""

from generation.kinds.course.phrases.shape import SimulatedQuestion

EXAMPLES = (
    (
        "{Name} beim ersten Versuch",
        "{Name} hat {place} einen Nachmittag Zeit und einen einfachen Fall zu „{strand}“. Der Plan beginnt mit "
        "{term}, und eine Notiz sagt, was erwartet wird. Dann braucht {other} doppelt so viel Zeit. {Name} kürzt "
        "die Aufgabe, statt zu hetzen, und endet mit einem Ergebnis, das sich erklären lässt.",
    ),
    (
        "{Name} vergleicht zwei Wege",
        "{Name} und ein Kollege bearbeiten {place} denselben Fall. Einer beginnt mit {other} und braucht drei "
        "Korrekturen; der andere beginnt mit {term} und braucht eine. Beide Ergebnisse sind brauchbar, aber nur "
        "das zweite lässt sich aus den Notizen wiederholen.",
    ),
    (
        "Was {name} herausfand",
        "{Name} folgt {place} den Schritten, und das Ergebnis liegt weit neben der Erwartung. Zurück bei {term} "
        "wird die einfachste Erklärung zuerst geprüft: {other} war unter anderen Umständen abgelesen worden. Eine "
        "Wiederholung klärt es, und die Notiz hält es fest.",
    ),
    (
        "Eine Frage von {name}",
        "{Name} fragt {place}, wie es mit „{strand}“ weitergeht. Die Antwort ist eine Skizze mit {term} in der "
        "Mitte. Ringsum steht, was darauf wirkt, und nur {other} hatte noch niemand angesehen. Das geschieht "
        "zuerst, und der Plan ändert sich an einer Stelle.",
    ),
    (
        "{Name} entscheidet",
        "Es gibt {place} zwei Angebote, und {name} muss wählen. Beide versprechen dasselbe. {Name} schreibt {term} "
        "oben auf ein Blatt und darunter, was jedes Angebot zu {other} sagt. Eines sagt dazu nichts. Das ist ein "
        "Grund zu fragen, und die Antwort entscheidet.",
    ),
    (
        "Übergabe an {name}",
        "{Name} übernimmt {place} einen halbfertigen Fall. Die Notizen sagen, was getan wurde und warum. Sie "
        "beginnen mit {term} und enden mit {other}, also ist der nächste Schritt zu „{strand}“ nach einer Stunde "
        "klar. Ohne die Gründe hätte die Arbeit von vorn begonnen.",
    ),
)
ACTIVITIES = (
    (
        "Erklären zu zweit",
        "Erkläre {term} jemandem ohne Notizen. Die andere Person gibt es in einem Satz wieder. Es ist gelungen, "
        "wenn dieser Satz keine Korrektur braucht.",
    ),
    (
        "Eigene Fälle sortieren",
        "Sortiere sechs eigene Fälle danach, ob {term} oder {other} entscheidet. Gib für jeden einen Grund an und "
        "prüfe, ob jemand anderes sie genauso sortiert.",
    ),
    (
        "Eine kleine Änderung",
        "Ändere eine Sache in einem Fall zu „{strand}“, sag die Wirkung auf {other} voraus und probiere es. Es ist "
        "gelungen, wenn du sagen kannst, warum Erwartung und Ausgang zusammenpassen oder auseinandergehen.",
    ),
    (
        "Den Fehler finden",
        "Lies das Beispiel noch einmal und unterstreiche den ersten Schritt, der bei {term} hätte schiefgehen "
        "können. Schlage eine Probe mit {other} vor, die es gezeigt hätte, und vergleiche sie mit der "
        "Zusammenfassung.",
    ),
    (
        "Der nächste eigene Fall",
        "Schreib einen Plan für einen Fall zu „{strand}“ aus deinem Leben. Nenne die Stelle, an der du {other} "
        "prüfst, und was du tust, wenn es nicht passt. Der Plan ist fertig, wenn {term} in der ersten Zeile steht.",
    ),
)
QUESTIONS = (
    SimulatedQuestion(
        "{Name} beginnt {place} einen neuen Fall zu „{strand}“. Was sollte bei {term} vor allem anderen geklärt "
        "sein?",
        (("Welcher Ausgang erwartet wird", "Steht die Erwartung auf dem Papier, fällt eine Überraschung auf."),),
        (
            ("In welcher Form die Ergebnisse später gezeigt werden", "Gezeigt werden kann erst, was es gibt."),
            ("Wie das Ende am schnellsten zu erreichen ist", "Tempo hilft erst, wenn die Richtung klar ist."),
            ("Wer gefragt wird, falls es misslingt", "Das sucht Schuldige, bevor etwas geschehen ist."),
        ),
        "Frag, womit sich eine Überraschung bemerken lässt: vergleichen kann man nur mit einer Erwartung.",
    ),
    SimulatedQuestion(
        "Ein Ergebnis zu {term} liegt {place} weit neben dem, was {name} erwartet hat. Was ist der klügste nächste "
        "Zug?",
        (("Die einfachste Erklärung prüfen", "Sie kostet am wenigsten und trifft am häufigsten zu."),),
        (
            ("Denselben Versuch wiederholen, bis er stimmt", "Wiederholen ohne Änderung verdeckt nur die Ursache."),
            ("Mehrere Dinge zugleich ändern, um Zeit zu sparen", "Dann kann niemand sagen, was gewirkt hat."),
            ("Es hinnehmen und die Notizen anpassen", "Notizen, die dem Ausgang folgen, verlieren ihren Zweck."),
        ),
        "Vergleiche, was jeder Zug kostet und was er ausschließen kann; die billigste Probe kommt zuerst.",
    ),
    SimulatedQuestion(
        "Zwei Methoden geben {name} {place} verschiedene Werte für {other}. Wie geht die Arbeit am besten weiter?",
        (("Die Umstände vergleichen", "Verschiedene Umstände erklären die meisten Abweichungen."),),
        (
            ("Den Wert nehmen, der zuerst gefunden wurde", "Die Reihenfolge sagt nichts über die Güte."),
            ("Mit dem Mittel aus beiden Werten weiterarbeiten", "Das Mittel aus richtig und falsch ist auch falsch."),
            ("Die Methode streichen, die länger dauert", "Aufwand und Wahrheit sind verschiedene Fragen."),
        ),
        "Überlege, wie beide Werte ehrlich sein könnten: vielleicht beantworten sie verschiedene Fragen.",
    ),
    SimulatedQuestion(
        "{Name} will {place} bei „{strand}“ Zeit sparen. Welcher Rat schützt {term}?",
        (("Zugaben weglassen, die Probe behalten", "Eine kurze Arbeit mit Probe ist vollständig."),),
        (
            ("Die Probe auslassen, solange die Zeit knapp ist", "Was jetzt gespart wird, kostet später mehr."),
            (
                "Von Anfang an alle Teile gleichzeitig bearbeiten",
                "Unfertige Teile lassen sich mit nichts vergleichen.",
            ),
            ("Nach der Lösung fragen, bevor man etwas versucht", "Ohne Versuch gibt es nichts zu vergleichen."),
        ),
        "Such den Rat, der die Arbeit kleiner macht und ihren Beweis stehen lässt.",
    ),
    SimulatedQuestion(
        "Jemand soll {place} im nächsten Monat wiederholen, was {name} mit {other} getan hat. Was hilft dabei am "
        "meisten?",
        (("Notizen mit Umständen und Gründen", "Damit kann eine andere Person denselben Weg gehen."),),
        (
            (
                "Eine nach Größe geordnete Liste der Ergebnisse",
                "Ergebnisse ohne ihren Weg lassen sich nicht wiederholen.",
            ),
            (
                "Das Versprechen, dass sorgfältig gearbeitet wurde",
                "Sorgfalt zeigt sich in dem, was aufgeschrieben ist.",
            ),
            ("Ein Film der Vorstellung am Ende der Arbeit", "Er zeigt das Ende und verdeckt die Entscheidungen."),
        ),
        "Stell dir vor, du wärst diese Person: was würdest du am ersten Morgen fragen?",
    ),
    SimulatedQuestion(
        "{Name} hat {place} einen Plan zu „{strand}“ fertig, der auf {term} beruht. Welche Probe lohnt sich, bevor "
        "es losgeht?",
        (("Ob ein Problem früh auffällt", "Ein frühes Zeichen lässt Zeit, den Plan zu ändern."),),
        (
            (
                "Ob allen die Form gefällt, in der er geschrieben ist",
                "Ein gefälliger Text kann einen schlechten Plan enthalten.",
            ),
            ("Ob er so lang ist wie der letzte Plan", "Die Länge sagt nichts über das, was fehlt."),
            ("Ob der letzte Schritt schon bezahlt wurde", "Ausgegebenes Geld macht keinen Schritt nützlich."),
        ),
        "Ein Plan bewährt sich durch das, was er rechtzeitig bemerken lässt.",
    ),
    SimulatedQuestion(
        "Eine Faustregel zu {term} hat {place} zehnmal gestimmt. Was folgt für den nächsten Fall von {name}?",
        (("Sie ist eine gute Vermutung", "Erfahrung gibt eine Vermutung, und der Fall entscheidet."),),
        (
            ("Sie gilt, denn zehn Fälle sind ein Beweis", "Zehn Fälle einer Art sagen wenig über eine andere."),
            ("Sie muss bald versagen, denn das Glück endet", "Fälle wissen nichts voneinander."),
            ("Sie ersetzt von nun an jede Probe dieser Art", "Eine Regel ohne Probe versagt unbemerkt."),
        ),
        "Frag, was in den zehn Fällen gleich war und ob der nächste es teilt.",
    ),
    SimulatedQuestion(
        "Die Umstände ändern sich {place}, während {name} an „{strand}“ arbeitet. Was hält {term} in Ordnung?",
        (("Folge behalten, Mengen anpassen", "Die Folge hängt an Ursachen, die Menge an Umständen."),),
        (
            ("Mit neuen Leuten beim ersten Schritt beginnen", "Was bisher gefunden wurde, stimmt noch."),
            ("Genau nach Plan bis zum Ende weitermachen", "Der Plan galt für Umstände, die vorbei sind."),
            ("Die Schritte streichen, die schwerer geworden sind", "Gerade die schweren können die wichtigen sein."),
        ),
        "Trenne, was an Ursachen hängt, von dem, was am Tag hängt.",
    ),
    SimulatedQuestion(
        "{Name} sieht {place} einen Fall mit Blick auf {term} durch. Wähle alle Aussagen, die für gute Arbeit "
        "sprechen.",
        (
            ("Neben jeder Wahl steht ein Grund", "Gründe lassen Leser folgen und prüfen."),
            ("Es wurde je eine Sache geändert", "So hat jede Wirkung eine Ursache mit Namen."),
        ),
        (
            ("Das Ergebnis war genau das, was alle gehofft hatten", "Hoffnungen erfüllt auch der Zufall."),
            ("Alle Notizen wurden geschrieben, als es vorbei war", "Das Gedächtnis passt sich dem Ausgang an."),
        ),
        "Such, was jemand prüfen könnte, der nicht dabei war.",
    ),
    SimulatedQuestion(
        "Bevor {name} sich {place} auf {other} verlässt: welche Vorkehrungen lohnen sich? Wähle alle, die zutreffen.",
        (
            ("Ein zweiter Blick auf anderem Weg", "Ein anderer Weg hat andere Fehler."),
            ("Ein Wert zum Vergleichen", "Erst der Vergleich macht eine Zahl hoch oder niedrig."),
        ),
        (
            ("Ein längerer Bericht darüber, wie es gefunden wurde", "Mehr Worte über einen Blick bleiben ein Blick."),
            ("Ein herzlicher Beifall für die, die es fanden", "Lob sagt nichts über den Wert."),
        ),
        "Frag bei jeder Vorkehrung, welchen Fehler sie ans Licht bringen könnte.",
    ),
)
NAMES = (
    "Mira",
    "Tom",
    "Ayla",
    "Jonas",
    "Priya",
    "Diego",
    "Hana",
    "Samuel",
    "Ines",
    "Kofi",
    "Lena",
    "Mateo",
    "Nour",
    "Oskar",
    "Paula",
    "Rafi",
    "Sofia",
    "Tariq",
    "Uma",
    "Viktor",
    "Wanda",
    "Yusuf",
    "Zoe",
)
PLACES = (
    "in einer kleinen Werkstatt",
    "im Bürgerhaus",
    "in einem vollen Büro",
    "in einem Kurs für Erwachsene",
    "in einer Zweigstelle",
    "in einem Gartenhaus",
    "in einer Gemeinschaftsküche",
    "in der Stadtbibliothek",
    "in einem Lieferwagen",
    "in einer Dorfschule",
    "in einem kleinen Museum",
    "in einem neuen Team",
    "an einem Bahnhof",
    "bei einem Besuch im Ausland",
    "in einem gemieteten Raum",
    "in einem Vereinsheim",
    "auf einer Messe",
)
TIMES = (
    "an einem Montag",
    "an einem Dienstagabend",
    "im Frühling",
    "zur Mittagszeit",
    "im Herbst",
    "spät an einem Freitag",
    "im Winter",
    "vor dem Essen",
    "nach einer langen Pause",
    "in großer Eile",
    "an einem Sonntag",
)
CONTEXTS = (
    "Heute ist wenig Zeit.",
    "Das Budget wurde gerade gekürzt.",
    "Zwei neue Helfer sind da.",
    "Der letzte Versuch ging daneben.",
    "Ein Besucher sieht zu.",
    "Das übliche Werkzeug ist verliehen.",
    "Die Notizen vom Vorjahr sind verloren.",
    "Alle sind guter Laune.",
    "Der Termin wurde vorverlegt.",
    "Ein Lieferant hat das Material gewechselt.",
    "Das Wetter ist besser als erwartet.",
    "Die halbe Gruppe ist krank.",
    "Die Kundin will einen kurzen Bericht.",
)
