"""Spanish: a smaller set.  Terms stand in quotation marks, so that they need no article."""

from generation.kinds.course.phrases.shape import Aspect, CoursePhrases, Theme
from generation.kinds.course.phrases.spanish_cases import (
    ACTIVITIES,
    CONTEXTS,
    EXAMPLES,
    NAMES,
    PLACES,
    QUESTIONS,
    TIMES,
)

SPANISH = CoursePhrases(
    language="es",
    levels={"beginner": "inicial", "intermediate": "intermedio", "advanced": "avanzado"},
    titles=("{topic}: un curso práctico", "{topic}: de la idea a la práctica"),
    summary=(
        "Un curso sobre «{topic}» de nivel {level}, en {lessons} lecciones de unos {minutes} minutos. Cada lección "
        "explica un paso, lo muestra en un ejemplo y termina con una tarea y un cuestionario breve, para que cada "
        "persona vea lo que ya sabe hacer y lo que aún necesita práctica."
    ),
    module_summary="Este módulo trata de {about}. Sus casos giran en torno a «{strand}».",
    own_objectives=(
        "Explicar con palabras sencillas las ideas principales de «{topic}»",
        "Aplicar los métodos básicos de «{topic}» a un caso nuevo",
        "Diagnosticar por sus señales los errores frecuentes en «{topic}»",
        "Justificar con criterios una decisión sobre «{topic}»",
    ),
    verb="Explicar",
    before="Aplicar a un caso propio: ",
    before_question="Explicar ",
    observable=frozenset(),
    unobservable=frozenset("apreciar aprender comprender conocer entender saber".split()),
    questions_begin=frozenset("cuál cuándo cómo dónde el la las los por quién qué un una".split()),
    infinitive_endings=("ar", "er", "ir"),
    strand="{objective}",
    lowers=True,
    weak_endings=frozenset("a al como con de del el en la las los o para por que su sus un una y".split()),
    term="«{term}»",
    lesson_title="{aspect}: {theme}",
    themes=(
        Theme(
            "Fundamentos",
            "las ideas en las que se apoya todo lo demás",
            "en los fundamentos",
            ("Ilustrar con un caso sencillo «{strand}»", "Explicar con palabras sencillas «{strand}»"),
        ),
        Theme(
            "Métodos básicos",
            "los pocos métodos que resuelven casi todo",
            "en los métodos básicos",
            ("Aplicar un método básico a un caso de «{strand}»", "Comparar dos métodos para un caso de «{strand}»"),
        ),
        Theme(
            "Herramientas y materiales",
            "qué usar, cuándo y por qué",
            "en la elección de medios",
            (
                "Seleccionar los medios para un caso de «{strand}»",
                "Justificar la elección de material para «{strand}»",
            ),
        ),
        Theme(
            "Planificar el trabajo",
            "cómo pasar de una meta a pasos con fechas",
            "en la planificación",
            ("Elaborar un plan con fechas para «{strand}»", "Calcular el esfuerzo de un caso de «{strand}»"),
        ),
        Theme(
            "Práctica guiada",
            "casos completos con cada vez menos ayuda",
            "en la práctica guiada",
            ("Demostrar con poca ayuda «{strand}»", "Resolver un caso completo de «{strand}»"),
        ),
        Theme(
            "Leer los resultados",
            "cómo distinguir un resultado del azar",
            "en la lectura de resultados",
            ("Interpretar los resultados de un caso de «{strand}»", "Evaluar las pruebas de un caso de «{strand}»"),
        ),
        Theme(
            "Errores frecuentes",
            "lo que sale mal y cómo se nota",
            "en los errores frecuentes",
            ("Diagnosticar un caso con errores de «{strand}»", "Clasificar los errores de un caso de «{strand}»"),
        ),
        Theme(
            "Trabajar con otros",
            "el trabajo y las decisiones compartidas",
            "en el trabajo en equipo",
            ("Justificar ante el equipo una decisión sobre «{strand}»", "Resumir para otra persona «{strand}»"),
        ),
        Theme(
            "Calidad y revisión",
            "criterios, listas y comentarios",
            "en la revisión",
            ("Evaluar un caso terminado de «{strand}»", "Revisar con una lista un caso de «{strand}»"),
        ),
        Theme(
            "Adaptarse al contexto",
            "lo que cambia con las condiciones",
            "en condiciones nuevas",
            (
                "Modificar un plan de «{strand}» para condiciones nuevas",
                "Predecir el efecto de un cambio en «{strand}»",
            ),
        ),
        Theme(
            "Proyectos propios",
            "un proyecto desde la pregunta hasta el informe",
            "en el proyecto propio",
            ("Diseñar un proyecto pequeño sobre «{strand}»", "Organizar un informe sobre «{strand}»"),
        ),
        Theme(
            "Mirar adelante",
            "cómo seguir después",
            "en la práctica posterior",
            ("Planificar más práctica de «{strand}»", "Ordenar las preguntas abiertas sobre «{strand}»"),
        ),
    ),
    aspects=(
        Aspect(
            "Primera mirada",
            ("Describir con un ejemplo propio {term}", "Resolver con {other} un primer caso de «{strand}»"),
            ("punto de partida", "marco de referencia"),
            (
                "Llamamos {term} al lugar desde el que aún se ven todas las opciones.",
                "Llamamos {other} a aquello con lo que se compara un resultado.",
            ),
        ),
        Aspect(
            "Ideas clave",
            ("Distinguir {term} de {other}", "Ilustrar con {term} un caso de «{strand}»"),
            ("idea guía", "contraejemplo"),
            (
                "Llamamos {term} al pensamiento que explica la mayoría de las decisiones.",
                "Llamamos {other} a un caso en el que ese pensamiento falla.",
            ),
        ),
        Aspect(
            "Paso a paso",
            ("Explicar por qué {term} viene antes de {other}", "Ejecutar con {other} un caso de «{strand}»"),
            ("orden de trabajo", "punto de control"),
            (
                "Llamamos {term} a la serie en la que cada paso encuentra lo que necesita.",
                "Llamamos {other} al momento en que el trabajo se compara con el plan.",
            ),
        ),
        Aspect(
            "Un caso resuelto",
            ("Analizar {term} a la luz de {other}", "Predecir con {other} el final de un caso de «{strand}»"),
            ("caso modelo", "punto de decisión"),
            (
                "Llamamos {term} a un caso que se sigue desde la pregunta hasta el resultado.",
                "Llamamos {other} al lugar donde el caso pudo ir por otro camino.",
            ),
        ),
        Aspect(
            "Elegir bien",
            ("Comparar dos opciones según {term}", "Justificar con {other} una elección sobre «{strand}»"),
            ("criterio de selección", "renuncia"),
            (
                "Llamamos {term} a la propiedad por la que se prefiere una opción.",
                "Llamamos {other} a lo que se deja a cambio de lo que se gana.",
            ),
        ),
        Aspect(
            "En condiciones reales",
            ("Adaptar un plan a {term}", "Calcular con {other} un caso de «{strand}»"),
            ("restricción", "margen de seguridad"),
            (
                "Llamamos {term} a un límite que el trabajo tiene que aceptar.",
                "Llamamos {other} a la reserva que hace inofensiva una sorpresa.",
            ),
        ),
        Aspect(
            "Comprobar resultados",
            ("Comprobar un resultado con {term}", "Clasificar con {other} un resultado de «{strand}»"),
            ("rango esperado", "segunda medición"),
            (
                "Llamamos {term} a lo que un resultado puede ser sin causar preguntas.",
                "Llamamos {other} a una mirada independiente a lo mismo.",
            ),
        ),
        Aspect(
            "Encontrar fallos",
            ("Diagnosticar un fallo por {term}", "Ordenar con {other} los fallos de un caso de «{strand}»"),
            ("síntoma", "causa probable"),
            (
                "Llamamos {term} a lo que se ve, se oye o se mide de un fallo.",
                "Llamamos {other} a la explicación que menos cuesta comprobar.",
            ),
        ),
        Aspect(
            "Mejorar un borrador",
            ("Revisar un borrador según {term}", "Medir con {other} una mejora de «{strand}»"),
            ("valor inicial", "realimentación"),
            (
                "Llamamos {term} al estado anterior a cualquier cambio.",
                "Llamamos {other} a la forma en que un resultado cambia el próximo intento.",
            ),
        ),
        Aspect(
            "Todo junto",
            ("Combinar {term} y {other} en un caso", "Diseñar con {term} una tarea de «{strand}»"),
            ("tarea completa", "autocontrol"),
            (
                "Llamamos {term} a un trabajo que necesita todas las partes a la vez.",
                "Llamamos {other} a una pregunta que se responde sin profesor.",
            ),
        ),
    ),
    headings=(
        "Qué significa {term}",
        "De {term} a {other}",
        "Cómo ayuda {other}",
        "{term} en la práctica",
        "Cuando falta {other}",
        "Decidir con {other}",
    ),
    short=(
        "Empieza por {term}.",
        "Escribe lo que ve {name}.",
        "Ahora mira {other}.",
        "¿Encaja {term} en este caso?",
        "Si encaja, sigue con {other}.",
        "Si no encaja, pregunta a {name} por qué.",
        "Mantén {term} corto y claro.",
        "{Name} lo prueba primero {place}.",
        "Di {term} con tus palabras.",
        "Luego compruébalo con {other}.",
        "Muchos olvidan {other}, así que ponlo en la lista.",
        "{Name} anota {term} cada vez.",
    ),
    long=(
        "En el tema «{topic}», casi todas las decisiones son más fáciles cuando {term} está claro.",
        "Un intento pequeño y completo de «{strand}» enseña más que uno largo y sin terminar.",
        "Quien empieza con «{topic}» suele saltarse {other} y lo paga después.",
        "Mira una cosa cada vez; si cambian a la vez {term} y {other}, no se sabe cuál importó.",
        "La diferencia entre {term} y {other} es pequeña en el papel y grande en la práctica.",
        "Pregunta qué tendría que ser cierto en {term} para que la otra opción fuera mejor.",
        "Las buenas notas sobre {other} dicen el día, las condiciones y la razón de cada elección.",
        "Usa {other} como prueba: si contradice el resultado, busca la razón antes de seguir.",
        "{Name} lleva años haciéndolo {place} y no se salta ningún paso de «{strand}».",
        "Una regla sencilla sobre {term} sirve bien mientras sepas dónde deja de ser cierta.",
        "Compara al menos dos caminos hacia {other}, aunque el primero parezca bueno.",
        "Mantén sencilla la primera versión de {term}, para ver lo que hace cada añadido.",
        "Di en voz alta cómo {term} lleva a {other}; una laguna se oye mejor de lo que se ve.",
        "Los números de «{strand}» dicen poco solos, así que anota lo habitual antes de juzgar lo raro.",
    ),
    joined=("; en la práctica, ", "; por esta razón, ", "; en comparación, "),
    steps=(
        "Anota lo que se sabe de {term} y pregunta a {name} por «{strand}».",
        "Marca el punto {place} en el que decide {other}.",
        "Prueba la versión más pequeña de {term}.",
        "Compara {other} con lo que esperaba {name}.",
    ),
    examples=EXAMPLES,
    activities=ACTIVITIES,
    summaries=(
        "Primero viene {term}, y {other} es la prueba que lo mantiene honesto. Trabaja en pasos pequeños y "
        "completos y compara el resultado con lo que esperabas.",
        "Has visto cómo {term} y {other} van juntos. Cambia una cosa cada vez y deja notas que otra persona pueda "
        "seguir.",
    ),
    questions=QUESTIONS,
    names=NAMES,
    places=PLACES,
    times=TIMES,
    contexts=CONTEXTS,
)
