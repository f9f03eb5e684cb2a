"""Spanish: the cases of examples, activities and questions."""

from generation.kinds.course.phrases.shape import SimulatedQuestion

EXAMPLES = (
    (
        "{Name} y el primer intento",
        "{Name} tiene una tarde {place} y un caso sencillo de «{strand}». El plan empieza con {term}, y una nota "
        "dice lo que se espera. Luego {other} tarda el doble. {Name} acorta la tarea en lugar de correr, y termina "
        "con un resultado que se puede explicar.",
    ),
    (
        "{Name} compara dos caminos",
        "{Name} y un compañero tratan el mismo caso {place}. Uno empieza con {other} y necesita tres correcciones; "
        "el otro empieza con {term} y necesita una. Los dos resultados sirven, pero solo el segundo se puede "
        "repetir a partir de las notas.",
    ),
    (
        "Lo que descubrió {name}",
        "{Name} sigue los pasos {place} y el resultado queda lejos de lo esperado. De vuelta en {term} se prueba "
        "primero la explicación más sencilla: {other} se había leído en otras condiciones. Una lectura repetida lo "
        "aclara, y la nota lo dice.",
    ),
    (
        "{Name} decide",
        "Hay dos ofertas {place}, y {name} tiene que elegir. Las dos prometen lo mismo. {Name} escribe {term} en "
        "lo alto de una hoja y debajo lo que cada oferta dice de {other}. Una no dice nada. Es una razón para "
        "preguntar, y la respuesta decide.",
    ),
)
ACTIVITIES = (
    (
        "Explicarlo a otra persona",
        "Explica {term} a otra persona sin notas. La otra persona lo repite en una frase. Lo has logrado cuando "
        "esa frase no necesita corrección.",
    ),
    (
        "Ordenar tus casos",
        "Ordena seis casos tuyos según decida {term} o {other}. Da una razón para cada uno y comprueba que otra "
        "persona los ordena igual.",
    ),
    (
        "Un cambio pequeño",
        "Cambia una cosa en un caso de «{strand}», predice el efecto en {other} y pruébalo. Ha funcionado si "
        "puedes decir por qué coinciden o no la previsión y el resultado.",
    ),
)
QUESTIONS = (
    SimulatedQuestion(
        "{Name} empieza {place} un caso nuevo de «{strand}». ¿Qué conviene aclarar antes que nada sobre {term}?",
        (("Cuál debe ser el final", "Con la previsión escrita se nota una sorpresa."),),
        (
            ("La forma en que se presentarán los resultados", "Se puede presentar cuando hay algo que mostrar."),
            ("La manera más rápida de llegar al final", "La rapidez ayuda cuando la dirección está clara."),
            ("La persona a la que se culpará si falla", "Eso busca culpables antes de que pase algo."),
        ),
        "Pregunta con qué se nota una sorpresa: solo se compara con lo que se esperaba.",
    ),
    SimulatedQuestion(
        "Un resultado de {term} queda {place} lejos de lo que esperaba {name}. ¿Cuál es el siguiente paso más "
        "sensato?",
        (("Probar la explicación más simple", "Cuesta menos y suele ser la causa."),),
        (
            ("Repetir el mismo intento hasta que parezca bien", "Repetir sin cambios solo esconde la causa."),
            ("Cambiar varias cosas a la vez para ganar tiempo", "Entonces nadie sabe qué cambio tuvo efecto."),
            ("Aceptarlo y corregir las notas anteriores", "Las notas que siguen al resultado pierden su fin."),
        ),
        "Compara lo que cuesta cada paso y lo que puede descartar; primero va la prueba más barata.",
    ),
    SimulatedQuestion(
        "Dos métodos dan a {name} valores distintos de {other} {place}. ¿Cómo conviene seguir?",
        (("Comparar sus condiciones", "Las condiciones distintas explican casi todas las diferencias."),),
        (
            ("Tomar el valor que se encontró primero", "El orden de llegada no dice nada de la calidad."),
            ("Usar la media de los dos y seguir adelante", "La media de un valor bueno y uno malo es mala."),
            ("Descartar el método que lleva más tiempo", "El esfuerzo y la verdad son preguntas distintas."),
        ),
        "Piensa cómo podrían ser honestos los dos valores: quizá responden a preguntas distintas.",
    ),
    SimulatedQuestion(
        "{Name} quiere ganar tiempo {place} con «{strand}». ¿Qué consejo protege {term}?",
        (("Quitar extras y guardar la prueba", "Un trabajo corto con prueba está completo."),),
        (
            ("Saltarse la prueba mientras falte tiempo", "Lo que se ahorra ahora se paga después."),
            (
                "Trabajar en todas las partes a la vez desde el inicio",
                "Las partes sin terminar no se comparan con nada.",
            ),
            ("Pedir la respuesta antes de intentar nada", "Sin intento no hay nada que comparar."),
        ),
        "Busca el consejo que hace más pequeño el trabajo y deja en pie su prueba.",
    ),
    SimulatedQuestion(
        "{Name} ha terminado {place} un plan de «{strand}» basado en {term}. ¿Qué comprobación merece la pena "
        "antes de empezar?",
        (("Si un problema se ve pronto", "Una señal temprana deja tiempo para cambiar."),),
        (
            ("Si a todos les gusta la forma en que está escrito", "Un texto agradable puede esconder un mal plan."),
            ("Si es tan largo como el plan anterior", "La longitud no dice nada de lo que falta."),
            ("Si el último paso ya estaba pagado", "El dinero gastado no hace útil un paso."),
        ),
        "Un plan se prueba por lo que permite notar a tiempo.",
    ),
    SimulatedQuestion(
        "{Name} revisa {place} un caso pensando en {term}. Elige todas las frases que hablan de un buen trabajo.",
        (
            ("Cada elección tiene una razón al lado", "Las razones dejan seguir y probar."),
            ("Se cambió una cosa cada vez", "Así cada efecto tiene una causa con nombre."),
        ),
        (
            ("El resultado fue justo lo que todos esperaban", "El azar también cumple esperanzas."),
            ("Todas las notas se escribieron cuando terminó", "La memoria se ajusta al resultado."),
        ),
        "Busca lo que podría comprobar alguien que no estuvo.",
    ),
)
NAMES = (
    "Mira",
    "Tomás",
    "Ayla",
    "Jonás",
    "Priya",
    "Diego",
    "Hana",
    "Samuel",
    "Inés",
    "Kofi",
    "Lena",
    "Mateo",
    "Nour",
    "Óscar",
    "Paula",
    "Rafi",
    "Sofía",
)
PLACES = (
    "en un taller pequeño",
    "en el centro cívico",
    "en una oficina llena",
    "en un curso para adultos",
    "en una sucursal",
    "en un huerto",
    "en una cocina compartida",
    "en la biblioteca",
    "en una furgoneta",
    "en una escuela rural",
    "en un equipo nuevo",
    "en una estación",
    "en una feria",
)
TIMES = (
    "un lunes",
    "un martes por la tarde",
    "en primavera",
    "a mediodía",
    "en otoño",
    "un viernes a última hora",
    "en invierno",
    "antes de comer",
    "después de una pausa larga",
    "con mucha prisa",
    "un domingo",
)
CONTEXTS = (
    "Hoy hay poco tiempo.",
    "Acaban de recortar el presupuesto.",
    "Han llegado dos ayudantes nuevos.",
    "El último intento salió mal.",
    "Un visitante está mirando.",
    "Las herramientas de siempre están prestadas.",
    "Las notas del año pasado se perdieron.",
    "Todos están de buen humor.",
    "La fecha se ha adelantado.",
    "Un proveedor ha cambiado el material.",
    "El tiempo es mejor de lo esperado.",
    "La mitad del grupo está enferma.",
    "La clienta quiere un informe corto.",
)
