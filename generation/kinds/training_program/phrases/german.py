"""German."""

from generation.kinds.training_program.phrases.shape import ProgramPhrases

GERMAN = ProgramPhrases(
    language="de", decimal=",",
    goals={
        "strength": "Kraft", "hypertrophy": "Muskelaufbau", "fat_loss": "Fettabbau", "endurance": "Ausdauer",
        "general_fitness": "allgemeine Fitness", "event": "Wettkampf",
    },
    levels={"novice": "Einsteiger", "intermediate": "Fortgeschrittene", "advanced": "sehr Erfahrene"},
    titles=("Stetig voran: {goal}", "Woche für Woche aufgebaut: {goal}", "Ein Plan, der aufbaut: {goal}"),
    summary=(
        "Dieses Programm ist für {level} und hat ein Ziel: {goal}. Jede Woche wiederholt dieselben Trainingstage, "
        "damit "
        "Fortschritt sichtbar wird, und die Arbeit rückt von Woche zu Woche und von Phase zu Phase etwas näher an die "
        "Grenze. Leichtere Wochen kommen, bevor sich Ermüdung aufstaut. Im Mittelpunkt stehen {lifts}; kleinere "
        "Übungen "
        "schließen die Lücken."
    ),
    safety=(
        "Brich einen Satz ab, wenn ein Schmerz stechend, neu oder zunehmend ist, und brich das Training bei "
        "Schmerzen in der "
        "Brust, Schwindel oder ungewohnter Atemnot ab und hole Hilfe. Dieses Programm ist allgemeine "
        "Trainingsinformation "
        "und kein ärztlicher Rat; frage vor dem Beginn eine Ärztin oder einen Physiotherapeuten, wenn du eine "
        "Erkrankung, "
        "eine Verletzung oder Zweifel hast."
    ),
    safety_limited=(
        "Die genannten Einschränkungen sollte sich eine Fachperson ansehen; die Übungen sind um sie herum gewählt."
    ),
    progression=(
        "Wenn alle Sätze einer Übung ihre Wiederholungen mit der geplanten Anstrengung erreichen, erhöhe die Last "
        "um den "
        "kleinsten Schritt, den die Ausrüstung hergibt; bei Übungen ohne Last kommt eine Wiederholung dazu. Nach einem "
        "misslungenen Satz bleibt die Last eine weitere Woche gleich; nach zwei solchen Wochen nimm ein Zehntel weg "
        "und "
        "baue neu auf. Lange Einheiten werden jede Woche etwas länger. Nach einer verpassten Woche wiederhole die "
        "letzte."
    ),
    day="Tag {number}",
    focuses={
        "FULL_A": "Ganzkörper, Kniebeuge zuerst", "FULL_B": "Ganzkörper, Hüfte zuerst",
        "FULL_C": "Ganzkörper, Rudern zuerst", "UPPER_A": "Oberkörper, waagerecht", "UPPER_B": "Oberkörper, senkrecht",
        "LOWER_A": "Beine, Kniebeuge zuerst", "LOWER_B": "Beine, Hüfte zuerst", "EASY": "Ausdauer in ruhigem Tempo",
        "INTERVALS": "Intervalle", "LONG": "Lange Einheit in ruhigem Tempo", "GENTLE": "Beweglichkeit und Rumpf",
    },
    phase_names={
        "lifting": (
            ("Grundlage", "Aufbau", "Intensivierung", "Höhepunkt"), ("Fundament", "Umfang", "Kraft", "Abschluss"),
        ),
        "cardio": (
            ("Basis", "Aufbau", "Spezifisch", "Zuspitzung"), ("Grundlage", "Schwelle", "Renntempo", "Höhepunkt"),
        ),
    },
    phase_focus=(
        "Die Technik festigen, ehrliche Lasten finden und regelmäßige Arbeit aufbauen.",
        "Etwas mehr Arbeit tragen und näher an die Grenze gehen als in der Phase davor.",
        "Aus der Arbeit Leistung machen: schwerere Sätze mit derselben sauberen Technik.",
        "Die härteste saubere Arbeit des Programms leisten und alles andere im Zaum halten.",
    ),
    effort="{reps} Wiederholungen bei RIR {rir}",
    effort_percent="{reps} Wiederholungen bei RIR {rir}, {percent} % 1RM mit der Langhantel",
    effort_conditioning="RPE {easy} in langen Einheiten, RPE {hard} in Intervallen",
    lift_guidance=(
        "Woche 1: {sets} x {reps} bei RIR {rir}. Härteste Woche: {sets_late} x {reps_late} bei RIR {rir_late}."
    ),
    bout_guidance=(
        "Mit einer Anstrengung beginnen, die ganze Sätze erlaubt; die längste Einheit wächst jede Woche ein wenig."
    ),
    support_guidance="Langsame, kontrollierte Sätze ohne Ermüdung an jedem Tag, der sie enthält.",
    week_focus_start=(
        "Lasten finden und sauber bewegen",
        "Ein ruhiger Beginn mit ehrlichen Lasten",
        "In die neuen Zahlen hineinfinden",
    ),
    week_focus=(
        "Dieselben Übungen, ein wenig mehr", "Ein weiterer Schritt in den Hauptübungen",
        "Gute Arbeit trotz Ermüdung", "Nah an die Grenze, nie darüber", "Die Technik halten und etwas zulegen",
        "Gleichmäßig vom ersten bis zum letzten Satz",
    ),
    guidance_start=(
        "Ankommen, jede Last notieren und Raum zum Wachsen lassen.", "Etwas leichter beginnen, als nötig scheint.",
    ),
    guidance_closer=(
        "Mit denselben Übungen etwas näher an die Grenze gehen.", "Die Last um den kleinsten Schritt erhöhen.",
    ),
    guidance_sets=("Ein Satz mehr in jedem Training, in derselben Güte.",),
    guidance_same=(
        "Dieselben Vorgaben: den kleinsten Schritt nach oben gehen, wo jede Wiederholung sauber war.",
        "Die Vorgaben wiederholen und sauberer bewegen.",
    ),
    deload_focus=(
        "Deload: erholen und beweglich bleiben",
        "Deload: leichte Woche, dieselben Tage",
        "Deload: den Block verarbeiten",
    ),
    deload_guidance=("Etwa die Hälfte der Sätze, leichter und fern der Grenze, an denselben Tagen.",),
    week_summaries=(
        "{focus}. Die Hauptarbeit bleibt bei {intensity}, alles andere dient ihr.",
        "{focus}: {intensity}, und die kleineren Übungen schließen die Lücken.",
        "{focus}. Die letzten Sätze sollen sich anfühlen wie geplant ({intensity}), und dann ist Schluss.",
        "Worauf es jetzt ankommt: {focus}, mit {intensity}, und jede Wiederholung wie die erste.",
    ),
    deload_summaries=(
        "{focus}. Etwa die halbe Arbeit mit {intensity}, damit die nächsten Wochen frisch beginnen.",
        "{focus}. Leichte Sätze mit {intensity}; jedes Training frischer verlassen als begonnen.",
    ),
    warm_up_general=(
        "{minutes} Minuten zügig gehen oder locker radeln, bis dir warm ist.",
        "{minutes} Minuten locker marschieren, hüpfen oder rudern und durch die Nase atmen.",
        "{minutes} Minuten leicht bewegen, sodass der Puls etwas steigt.",
    ),
    warm_up_mobile=(
        "Jedes Bein sanft schwingen und die Hüfte langsam kreisen, je zehnmal.",
        "Den oberen Rücken zu beiden Seiten drehen und die Schulterblätter zusammenziehen, je achtmal.",
        "Die Arme vorwärts und rückwärts kreisen, dann die Sprunggelenke, je zehnmal.",
        "Im Vierfüßlerstand die Hüfte vor und zurück wiegen, achtmal.",
    ),
    warm_up_lift=(
        "Drei ansteigende Sätze der ersten Übung ({lift}), weit weg von jeder Ermüdung.",
        "Zwei leichte Sätze der ersten Übung ({lift}) und einer fast so schwer wie der erste Arbeitssatz.",
    ),
    warm_up_bout=(
        "Die Hauptaktivität ({lift}) so sanft wie möglich beginnen, dann drei kurze Steigerungen.",
        "Die Hauptaktivität ({lift}) von sehr sanft bis zur geplanten Anstrengung steigern.",
    ),
    cool_down=(
        "Drei Minuten gehen und dehnen, was sich fest anfühlt.",
        "Zwei Minuten mit hochgelegten Beinen auf dem Rücken liegen und langsam atmen.",
        "Ruhig gehen, dann Hüfte und Brust auf jeder Seite dehnen.",
        "Die Beine ausschütteln und notieren, wie sich der letzte Satz angefühlt hat.",
    ),
    notes_loaded=(
        "Die Last nach dem letzten Satz aufschreiben.", "Aufhören, wenn das Tempo deutlich sinkt.",
        "Einen Satz filmen und den Bewegungsumfang prüfen.", "Die letzte Wiederholung sauber lassen.",
    ),
    notes_unloaded=(
        "Lieber langsamer werden als mehr Wiederholungen machen.",
        "Aufhören, wenn sich die Haltung ändert.",
    ),
    notes_timed=("Den Satz beenden, wenn sich die Haltung ändert.", "Die ganze Zeit weiteratmen."),
    notes_bout=(
        "Die geplante Anstrengung halten, auch wenn sie langsam wirkt.",
        "Notieren, wie weit du gekommen bist.",
    ),
    coaching=(
        "Schlaf entscheidet jetzt mehr als jede Übung: vor {session} zur gleichen Zeit ins Bett gehen.",
        "Fühlt sich {lift} schwerer an als geplant, etwas weniger nehmen und jede Wiederholung sauber halten.",
        "Vor {session} einen Tag ohne Training lassen, wo der Kalender es erlaubt.",
        "Vergleiche {lift} mit der Woche davor: dieselbe Last mit mehr Leichtigkeit ist auch Fortschritt.",
        "Iss innerhalb weniger Stunden um {session} eine Mahlzeit mit Eiweiß und trinke, bevor du Durst hast.",
        "Ist die Zeit für {session} knapp, die ersten zwei Übungen ganz machen und die letzten weglassen.",
        "Leichter Muskelkater ist bei {lift} in Ordnung; Schmerz, der die Bewegung verändert, ist ein Grund "
        "aufzuhören.",
        "In {session} die Pausen ehrlich halten: eine Uhr stellen und beim Signal den nächsten Satz beginnen.",
        "Achte auf den letzten Satz von {lift}: fällt das Tempo früh, bleibt die Last eine weitere Woche.",
        "Beginne {session} mit einem aufgeschriebenen Ziel für {lift} und schreibe daneben, was geschah.",
        "Fällt {session} aus, lieber um einen Tag verschieben, statt es in einen anderen Tag zu pressen.",
        "Lass bei {lift} jemanden den letzten Satz ansehen oder filme ihn von der Seite.",
        "Wähle die Last von {lift} nach dem ersten Satz und jage keiner Zahl aus der Erinnerung nach.",
        "Nach einer schlechten Nacht {session} einen Schritt leichter beginnen und nach dem ersten Satz neu "
        "entscheiden.",
        "Mach für {lift} einen Aufwärmsatz mehr, wenn sich die ersten Wiederholungen steif anfühlen.",
        "Leg in {session} das Telefon weg: die meisten verlorenen Wiederholungen von {lift} sind verlorene "
        "Aufmerksamkeit.",
        "Geben Griff oder Atem bei {lift} vor den Muskeln nach, etwas länger pausieren.",
        "Sieh dir vor dem Beginn die Notizen zu {session} an und ändere nur eine Sache.",
        "Beende {lift}, solange noch eine saubere Wiederholung möglich war; genau das sagt die Vorgabe.",
        "Misslingt ein Satz von {lift}, für den nächsten die Last senken und die Einheit ruhig beenden.",
    ),
    deload_coaching=(
        "Widerstehe der Versuchung, bei {lift} mehr zu nehmen: der Deload lässt den nächsten Block stärker beginnen.",
        "Nutze die freien Minuten von {session} für die Technik und beende das Training frischer als zuvor.",
        "Bist du nach {session} noch müde, wiederhole diesen Deload, bevor es weitergeht.",
        "Filme {lift} mit der leichten Last: jetzt lässt sich verbessern, was die harten Wochen verdeckt haben.",
        "Die Tage des Deloads bleiben, wie sie sind, auch {session}; nur die Menge der Arbeit sinkt.",
    ),
)
