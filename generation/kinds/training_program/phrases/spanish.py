"""Spanish: a smaller set."""

from generation.kinds.training_program.phrases.shape import ProgramPhrases

SPANISH = ProgramPhrases(
    language="es", decimal=",",
    goals={
        "strength": "la fuerza", "hypertrophy": "la masa muscular", "fat_loss": "la pérdida de grasa",
        "endurance": "la resistencia", "general_fitness": "la forma física general", "event": "una prueba",
    },
    levels={"novice": "principiante", "intermediate": "intermedio", "advanced": "avanzado"},
    titles=("Progreso constante para {goal}", "Semana a semana hacia {goal}"),
    summary=(
        "Este programa trabaja {goal} a nivel {level}. Cada semana repite los mismos días, para que el progreso se "
        "vea, y el "
        "trabajo se acerca un poco más al límite de semana en semana y de fase en fase. Las semanas suaves llegan "
        "antes de "
        "que se acumule la fatiga. El trabajo principal es {lifts}; los ejercicios pequeños completan el resto."
    ),
    safety=(
        "Detén la serie si el dolor es agudo, nuevo o creciente, y detén la sesión y busca ayuda si hay dolor en el "
        "pecho, "
        "mareo o falta de aire poco habitual. Este programa es información general de entrenamiento y no es consejo "
        "médico; "
        "pregunta a un médico o fisioterapeuta antes de empezar si tienes una enfermedad, una lesión o dudas."
    ),
    safety_limited=(
        "Un profesional debería valorar las limitaciones que indicas; los ejercicios se han elegido teniéndolas en "
        "cuenta."
    ),
    progression=(
        "Cuando todas las series de un ejercicio llegan a sus repeticiones con el esfuerzo previsto, añade el paso "
        "más pequeño "
        "que permita el material; en los ejercicios sin carga, añade una repetición. Tras una serie fallida mantén "
        "la carga "
        "otra semana; tras dos semanas fallidas quita una décima parte y vuelve a subir. Alarga un poco cada semana el "
        "trabajo continuo. Tras una semana perdida repite la última."
    ),
    day="Día {number}",
    focuses={
        "FULL_A": "Cuerpo entero, sentadilla primero", "FULL_B": "Cuerpo entero, cadera primero",
        "FULL_C": "Cuerpo entero, remo primero", "UPPER_A": "Tren superior, horizontal",
        "UPPER_B": "Tren superior, vertical", "LOWER_A": "Piernas, sentadilla primero",
        "LOWER_B": "Piernas, cadera primero", "EASY": "Trabajo aeróbico a ritmo tranquilo", "INTERVALS": "Intervalos",
        "LONG": "Trabajo largo a ritmo tranquilo", "GENTLE": "Movilidad y tronco",
    },
    phase_names={
        "lifting": (("Base", "Construcción", "Intensidad", "Cima"),),
        "cardio": (("Base", "Construcción", "Específica", "Afinado"),),
    },
    phase_focus=(
        "Asentar la técnica, encontrar cargas honestas y crear una base de trabajo regular.",
        "Llevar algo más de trabajo y acercarse más al límite que en la fase anterior.",
        "Convertir el trabajo en rendimiento: series más pesadas con la misma técnica limpia.",
        "Hacer el trabajo más duro y limpio del programa y mantener el resto bajo control.",
    ),
    effort="{reps} repeticiones con RIR {rir}",
    effort_percent="{reps} repeticiones con RIR {rir}, {percent} % 1RM con barra",
    effort_conditioning="RPE {easy} en trabajo largo, RPE {hard} en intervalos",
    lift_guidance=(
        "Semana 1: {sets} x {reps} con RIR {rir}. Semana más dura: {sets_late} x {reps_late} con RIR {rir_late}."
    ),
    bout_guidance=(
        "Empieza con un esfuerzo que permita frases enteras y alarga un poco cada semana el trabajo más largo."
    ),
    support_guidance="Series lentas y controladas, lejos de la fatiga, en cada día que las tenga.",
    week_focus_start=("Encontrar las cargas y moverse bien", "Un comienzo tranquilo con cargas honestas"),
    week_focus=(
        "Los mismos ejercicios, un poco más", "Un paso más en lo principal",
        "Trabajo de calidad con fatiga", "Cerca del límite, nunca más allá", "Mantener la técnica y sumar un poco",
    ),
    guidance_start=("Empieza algo más ligero de lo que parece necesario y anota cada carga.",),
    guidance_closer=("Acércate un poco más al límite con los mismos ejercicios.",),
    guidance_sets=("Una serie más en cada sesión, con la misma calidad.",),
    guidance_same=("Los mismos objetivos: sube el paso más pequeño donde cada repetición fue limpia.",),
    deload_focus=("Descarga: recuperar y mantener el movimiento", "Descarga: semana suave, los mismos días"),
    deload_guidance=("Cerca de la mitad de las series, más ligeras y lejos del límite, los mismos días.",),
    week_summaries=(
        "{focus}. Mantén el trabajo principal en {intensity}, y que todo lo demás le sirva.",
        "{focus}: {intensity}, y los ejercicios pequeños completan el resto.",
    ),
    deload_summaries=(
        "{focus}. Cerca de la mitad del trabajo, {intensity}, para empezar frescos las próximas semanas.",
    ),
    warm_up_general=("Camina rápido o pedalea suave durante {minutes} minutos hasta entrar en calor.",),
    warm_up_mobile=(
        "Balancea cada pierna y dibuja círculos lentos con la cadera, diez veces cada uno.",
        "Gira la parte alta de la espalda a los dos lados, ocho veces cada uno.",
    ),
    warm_up_lift=("Tres series crecientes del primer ejercicio ({lift}), lejos de la fatiga.",),
    warm_up_bout=("Empieza la actividad principal ({lift}) muy suave y sube hasta el esfuerzo previsto.",),
    cool_down=(
        "Camina tres minutos y estira lo que notes tenso.", "Anota cómo se sintió la última serie y respira despacio.",
    ),
    notes_loaded=("Anota la carga después de la última serie.", "Mantén la velocidad en cada repetición."),
    notes_unloaded=("Muévete despacio y con control.", "Para cuando cambie la postura."),
    notes_timed=("Termina la serie cuando cambie la postura.", "Respira todo el tiempo."),
    notes_bout=("Mantén el esfuerzo previsto aunque parezca lento.",),
    coaching=(
        "El sueño decide ahora más que cualquier ejercicio: acuéstate a la misma hora antes de {session}.",
        "Si {lift} pesa más de lo previsto, quita un poco y mantén limpia cada repetición.",
        "Compara {lift} con la semana anterior: la misma carga con más facilidad también es progreso.",
        "Si falta tiempo en {session}, haz completos los dos primeros ejercicios y deja los últimos.",
        "Mantén los descansos en {session}: pon un reloj y empieza la serie cuando suene.",
        "Mira la última serie de {lift}: si la velocidad cae pronto, mantén la carga otra semana.",
        "Empieza {session} con un objetivo escrito para {lift} y anota al lado lo que pasó.",
        "Si se cae {session}, muévelo un día en lugar de juntarlo con otro.",
        "Elige la carga de {lift} según la primera serie, no según la memoria.",
        "Tras una mala noche empieza {session} un paso más ligero y decide de nuevo.",
        "Haz una serie más de calentamiento en {lift} si notas rigidez.",
        "Si falla una serie de {lift}, baja la carga en la siguiente y termina con calma.",
    ),
    deload_coaching=(
        "No añadas carga a {lift}: la descarga permite empezar más fuerte el próximo bloque.",
        "Usa los minutos libres de {session} para la técnica y termina más fresco que al empezar.",
        "Si sigues cansado después de {session}, repite esta descarga antes de continuar.",
    ),
)
