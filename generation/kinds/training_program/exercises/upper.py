"""Pushes, presses, rows, pulls and what trains single muscles of arms and shoulders: rows of the table."""

ROWS = """
# push chest/triceps shoulders; compound
bench press, barbell bench press, flat bench press, paused bench press: barbell bench; supine breath
dumbbell bench press, flat dumbbell press, dumbbell chest press: dumbbells bench; supine
incline bench press, incline barbell press, incline press,
  incline barbell bench press: barbell|dumbbells bench; breath
incline dumbbell press, incline dumbbell bench press, dumbbell incline press: dumbbells bench
decline bench press, decline press: barbell|dumbbells bench; supine breath
close grip bench press, narrow grip bench press: barbell bench; supine breath; chest triceps/shoulders
wide grip bench press: barbell bench; supine breath
smith bench press, smith machine bench press: machines bench; supine
chest press, chest press machine, machine chest press, seated chest press: machines
incline machine press, incline chest press machine: machines
cable chest press, cable press, standing cable press: cables
band chest press, banded chest press, band press: bands
floor press, dumbbell floor press: dumbbells|barbell|kettlebells; supine
barbell floor press: barbell; supine
kettlebell floor press: kettlebells; supine
squeeze press: dumbbells bench; supine
svend press, plate press: full_gym
push up, press up, standard push up, tempo push up, full push up: ; wrist
knee push up, kneeling push up: ; wrist
incline push up, wall push up, elevated push up, hands elevated push up, push up on a step
decline push up, feet elevated push up: ; wrist
close grip push up, diamond push up, narrow push up, triceps push up: ; wrist; chest triceps/shoulders
wide push up, wide grip push up: ; wrist
archer push up, one arm push up: ; wrist
plyo push up, clap push up, clapping push up, explosive push up: ; wrist impact
suspension push up, trx push up: suspension_trainer
suspension chest press, trx chest press: suspension_trainer
band push up, banded push up: bands; wrist
deficit push up, ring push up
dip, parallel bar dip, chest dip, ring dip, weighted dip: ; dip
bench dip, chair dip, triceps dip: ; dip; triceps/chest shoulders
machine dip, assisted dip: machines; dip
hindu push up, dive bomber push up: ; wrist
landmine press, single arm landmine press: barbell; -supine; shoulders chest/triceps

# fly chest/shoulders;
dumbbell fly, chest fly, fly: dumbbells|cables|machines|bands; supine
cable fly, cable crossover, crossover: cables
machine fly, pec deck, pec fly, butterfly, butterfly machine: machines
pullover, dumbbell pullover: dumbbells|barbell|kettlebells|cables; supine; back chest/triceps

# press shoulders/triceps; compound overhead
overhead press, press, military press, strict press, barbell overhead press,
  shoulder press: barbell|dumbbells|kettlebells|bands|machines; breath
standing barbell press, barbell press, standing barbell overhead press: barbell; breath axial
barbell shoulder press, seated barbell press, barbell military press: barbell; breath axial
push press: barbell|dumbbells|kettlebells; breath technical
push jerk, split jerk, jerk: barbell; breath technical
dumbbell overhead press, dumbbell shoulder press, dumbbell press, standing dumbbell press: dumbbells
seated dumbbell press, seated dumbbell shoulder press, seated dumbbell overhead press: dumbbells bench
arnold press: dumbbells
z press: barbell|dumbbells|kettlebells
kettlebell press, kettlebell overhead press, kettlebell shoulder press, bottoms up press: kettlebells
shoulder press machine, machine shoulder press, machine overhead press: machines
smith overhead press, smith shoulder press: machines
band overhead press, banded overhead press, band shoulder press, banded shoulder press: bands
behind the neck press, behind neck press: barbell; breath neck
pike push up, pike press up, elevated pike push up: ; wrist inverted
handstand push up, wall handstand push up: ; wrist inverted
handstand hold, handstand, wall handstand, wall walk: ; wrist inverted timed
wall slide, forearm wall slide, scapular wall slide: ; -compound -overhead
cuban press: dumbbells|barbell
turkish get up, get up, turkish getup: kettlebells|dumbbells; technical; shoulders core/glutes

# row back/biceps; compound
row: barbell|dumbbells|kettlebells|bands|cables|machines
bent over row, bentover row: barbell|dumbbells|kettlebells|bands; hinge
barbell row, bent over barbell row, barbell bent over row, pendlay row, underhand barbell row: barbell; hinge
dumbbell row, one arm dumbbell row, single arm dumbbell row, one arm row,
  single arm row: dumbbells|kettlebells
bent over dumbbell row, dumbbell bent over row: dumbbells; hinge
kettlebell row, one arm kettlebell row, gorilla row: kettlebells
chest supported row, incline dumbbell row, seal row, chest supported dumbbell row,
  prone row: dumbbells|machines|barbell
seated cable row, cable row, seated row, low row: cables|machines|bands
one arm cable row, single arm cable row, standing cable row, half kneeling cable row: cables
machine row, seated machine row, hammer row: machines
band row, banded row, seated band row, standing band row: bands
t bar row, landmine row, meadows row: barbell|machines; hinge
inverted row, body row, australian pull up, bodyweight row, table row: ; grip
suspension row, trx row, ring row: suspension_trainer
renegade row, plank row: dumbbells|kettlebells; wrist; back core/biceps
towel row, towel row in a door frame, towel door row, door row, doorframe row, door frame row, sheet row
upright row, barbell upright row,
  dumbbell upright row: barbell|dumbbells|cables|kettlebells|bands; impinge -compound; shoulders/biceps
face pull, cable face pull: cables|bands; -compound; shoulders back/
band face pull: bands; -compound; shoulders back/
prone y t w raise, y t w raise, prone y raise, prone t raise, y raise,
  i y t raise: ; -compound prone; back shoulders/
prone lat sweep, lat sweep, reverse snow angel, snow angel, prone swimmer, prone w raise,
  prone cobra: ; -compound prone; back/shoulders
scapular retraction, scapular push up, scap push up, scapular squeeze: ; -compound; back/

# pull back/biceps; compound grip
pull up, pullup, wide grip pull up, neutral grip pull up, weighted pull up: pull_up_bar; hang
chin up, chinup, weighted chin up: pull_up_bar; hang; back biceps/
assisted pull up, band assisted pull up, banded pull up: pull_up_bar|machines; hang
assisted pull up machine, machine assisted pull up: machines; hang
negative pull up, eccentric pull up, flexed arm hang, negative chin up: pull_up_bar; hang
muscle up: pull_up_bar; hang dip technical
dead hang, bar hang, hang, active hang, scapular pull up,
  scap pull up: pull_up_bar; hang timed -compound; forearms/back
lat pulldown, pulldown, lat pull down, wide grip pulldown, close grip pulldown,
  cable pulldown: cables|machines; -grip
machine pulldown, pulldown machine: machines; -grip
band pulldown, banded pulldown, band lat pulldown, banded lat pulldown: bands; -grip
straight arm pulldown, straight arm cable pulldown, cable pullover: cables|bands; -grip -compound; back/
rope climb: full_gym; hang

# arms biceps/;
curl, bicep curl, biceps curl, arm curl: barbell|dumbbells|cables|bands|kettlebells|machines
barbell curl, ez bar curl, barbell biceps curl, reverse barbell curl: barbell
dumbbell curl, dumbbell biceps curl, alternating dumbbell curl, zottman curl, incline dumbbell curl: dumbbells
hammer curl, dumbbell hammer curl, cross body hammer curl: dumbbells|kettlebells|cables
concentration curl: dumbbells|kettlebells
preacher curl, spider curl: barbell|dumbbells|machines
cable curl, cable biceps curl: cables
band curl, banded curl, band biceps curl: bands
suspension curl, trx curl: suspension_trainer
machine curl, machine biceps curl: machines
reverse curl: barbell|dumbbells|bands|cables
wrist curl, reverse wrist curl, wrist extension: barbell|dumbbells|cables|bands; ; forearms/
gripper, grip squeeze, plate pinch, towel hang: ; grip; forearms/
triceps extension, tricep extension,
  triceps press: barbell|dumbbells|cables|bands|kettlebells|machines; ; triceps/
overhead triceps extension, overhead tricep extension,
  french press: barbell|dumbbells|cables|bands|kettlebells; overhead; triceps/
dumbbell overhead triceps extension: dumbbells|kettlebells; overhead; triceps/
cable overhead triceps extension: cables; overhead; triceps/
skull crusher, skullcrusher, lying triceps extension: barbell|dumbbells|kettlebells; supine elbow; triceps/
triceps pushdown, triceps pressdown, triceps press down, pushdown, rope pushdown,
  cable pushdown: cables|bands; ; triceps/
cable triceps press down, cable triceps pushdown, cable triceps extension: cables; ; triceps/
band triceps pushdown, band pushdown, band triceps extension: bands; ; triceps/
kickback, triceps kickback, tricep kickback: dumbbells|cables|bands|kettlebells; ; triceps/
floor triceps extension, bodyweight triceps extension, bodyweight skull crusher: ; ; triceps/
lateral raise, side raise, dumbbell lateral raise,
  side lateral raise: dumbbells|cables|bands|machines|kettlebells; ; shoulders/
cable lateral raise: cables; ; shoulders/
band lateral raise: bands; ; shoulders/
front raise, dumbbell front raise, plate raise: dumbbells|barbell|cables|bands|kettlebells; ; shoulders/
rear delt fly, reverse fly, rear delt raise,
  bent over lateral raise: dumbbells|cables|bands|machines; ; shoulders back/
reverse pec deck, rear delt machine: machines; ; shoulders back/
band pull apart, pull apart: bands; ; shoulders back/
external rotation, cable external rotation, band external rotation,
  side lying external rotation: ; ; shoulders/
internal rotation, band internal rotation: ; ; shoulders/
shrug, barbell shrug, dumbbell shrug: barbell|dumbbells|kettlebells|machines|cables; grip; back/
neck curl, neck extension, neck flexion: ; neck; neck/
"""
