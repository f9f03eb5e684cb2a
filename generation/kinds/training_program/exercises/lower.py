"""Squats, hinges, lunges, jumps and what trains single muscles of the leg: rows of the table, see `table.py`."""

ROWS = """
# squat quads glutes/hamstrings core; compound knee
squat, air squat, bodyweight squat, free squat, prisoner squat, tempo bodyweight squat, tempo squat
back squat, barbell squat, high bar squat, low bar squat, paused squat, pause squat: barbell; axial breath
front squat, barbell front squat: barbell; axial breath wrist
safety bar squat, ssb squat: barbell; axial breath
overhead squat: barbell; axial breath overhead technical
box squat: barbell|dumbbells|kettlebells; axial
chair squat, squat to chair, sit to stand, assisted squat, wall supported squat: ; -knee
zercher squat: barbell; axial breath
jefferson squat: barbell; axial breath
smith squat, smith machine squat: machines; axial
hack squat, machine squat: machines; axial
pendulum squat: machines; axial
belt squat: machines
leg press, horizontal leg press, machine leg press: machines
single leg press, one leg press: machines
goblet squat, dumbbell squat, dumbbell goblet squat: dumbbells|kettlebells
kettlebell front squat, kettlebell squat, double kettlebell squat: kettlebells
banded squat, band squat: bands
sumo squat, plie squat
spanish squat: bands
cyclist squat, heel elevated squat, narrow squat: ; deep
cossack squat, archer squat: ; deep balance
pistol squat, single leg squat, one leg squat: ; deep balance
shrimp squat, skater squat: ; deep balance
sissy squat: ; deep
wall sit, wall squat hold: ; timed
thruster, barbell thruster: barbell|dumbbells|kettlebells; overhead axial breath
dumbbell thruster: dumbbells; overhead
wall ball, wall ball shot: full_gym; overhead
landmine squat: barbell
suspension squat, trx squat: suspension_trainer
hindu squat: ; deep

# hinge hamstrings glutes/back core; compound hinge grip
deadlift, barbell deadlift, conventional deadlift, standard deadlift: barbell; breath axial
sumo deadlift: barbell; breath axial
romanian deadlift, barbell romanian deadlift: barbell; breath
stiff leg deadlift, straight leg deadlift: barbell|dumbbells|kettlebells; breath
trap bar deadlift, hex bar deadlift: barbell; breath
deficit deadlift: barbell; breath axial
snatch grip deadlift: barbell; breath axial
rack pull, block pull: barbell; breath axial
dumbbell deadlift: dumbbells
dumbbell romanian deadlift: dumbbells
kettlebell deadlift: kettlebells
kettlebell romanian deadlift: kettlebells
band deadlift, banded deadlift: bands; -hinge
band romanian deadlift, banded romanian deadlift: bands; -hinge
single leg deadlift, single leg romanian deadlift, one leg deadlift,
  one leg romanian deadlift: ; balance -grip
good morning, barbell good morning: barbell; breath axial
band good morning, banded good morning: bands; -grip
seated good morning: barbell; breath axial
kettlebell swing, swing, two hand swing, russian swing, american swing: kettlebells|dumbbells; ballistic
cable pull through, pull through: cables|bands; -hinge -grip
reverse hyper, reverse hyperextension: machines; -hinge -grip prone
back extension, hyperextension, roman chair extension,
  45 degree back extension: machines; -grip; back/glutes hamstrings
superman, superman hold, prone back extension: ; -hinge -grip prone -compound; back/glutes
hip hinge, single leg hip hinge, bodyweight hip hinge, hip hinge drill,
  body weight good morning: ; -grip -hinge
nordic curl, nordic hamstring curl, glute ham raise: ; -hinge -grip; hamstrings/glutes
jefferson curl: ; flexion; hamstrings back/
clean pull, snatch pull, high pull: barbell; breath axial technical
power clean, clean, hang clean, hang power clean: barbell; breath axial technical ballistic
clean and jerk, power clean and jerk: barbell; breath axial overhead technical ballistic
clean and press, dumbbell clean and press: barbell|dumbbells|kettlebells; breath overhead technical
kettlebell clean: kettlebells; technical ballistic
snatch, power snatch, hang snatch, hang power snatch: barbell; breath axial overhead technical ballistic
dumbbell snatch, one arm snatch: dumbbells|kettlebells; overhead technical ballistic
kettlebell snatch: kettlebells; overhead technical ballistic

# bridge glutes/hamstrings;
glute bridge, hip bridge, bridge, single leg glute bridge, single leg bridge, one leg bridge, frog bridge
barbell glute bridge: barbell; compound
hip thrust, barbell hip thrust: barbell|dumbbells|bands|kettlebells|machines; compound
bodyweight hip thrust, single leg hip thrust: ; compound
machine hip thrust: machines; compound
hamstring bridge, hamstring walkout, sliding leg curl, slider leg curl, towel leg curl: ; ; hamstrings/glutes
swiss ball leg curl, stability ball leg curl: full_gym; ; hamstrings/glutes
donkey kick, quadruped hip extension, glute kickback, fire hydrant
cable kickback, cable glute kickback, cable hip extension: cables|bands
clamshell, clam, banded clamshell: ; ; glutes/
lateral band walk, monster walk, band walk, band lateral walk: bands; ; glutes/
hip abduction, machine hip abduction, seated hip abduction: machines|cables|bands; ; glutes/
side lying leg raise, side lying hip abduction, standing hip abduction, standing leg lift: ; ; glutes/

# lunge quads glutes/hamstrings core; compound knee unilateral
lunge, forward lunge, alternating lunge, bodyweight lunge, static lunge
reverse lunge, backward lunge
walking lunge, lunge walk
lateral lunge, side lunge
curtsy lunge
split squat
bulgarian split squat, rear foot elevated split squat, bulgarian squat: ; balance deep
dumbbell split squat: dumbbells
dumbbell lunge, dumbbell reverse lunge, dumbbell walking lunge: dumbbells
barbell lunge, barbell reverse lunge, barbell walking lunge: barbell; axial
barbell split squat: barbell; axial
kettlebell lunge, kettlebell reverse lunge: kettlebells
deficit lunge, deficit reverse lunge
overhead lunge, overhead walking lunge: barbell|dumbbells|kettlebells; overhead
step up, lateral step up, box step up, stair step up
dumbbell step up: dumbbells
step down, eccentric step down, heel tap step down
jumping lunge, split jump, jump lunge, split squat jump, plyo lunge: ; jump impact

# jump quads glutes/calves; compound jump impact knee
jump squat, squat jump, jumping squat, plyo squat
box jump, box jump over
broad jump, standing long jump, long jump
depth jump, drop jump
tuck jump
vertical jump, countermovement jump, jump
hurdle jump, hurdle hop, lateral hop, hop, single leg hop, pogo jump, pogo hop, ankle hop
skater jump, skater, skater hop, lateral bound, bound, bounding
burpee, burpee jump, burpee pull up, burpee box jump: ; wrist; quads chest/core shoulders
star jump, jumping jack, jack
jump rope, rope skipping, skipping rope, rope jumping, double under: ; timed -knee; calves/
mountain climber: ; wrist -jump -impact -knee timed; core/shoulders
squat thrust, sprawl: ; wrist; quads/core

# legs quads/;
leg extension, knee extension, machine leg extension: machines|bands|cables; ; quads/
terminal knee extension, banded terminal knee extension: bands; ; quads/
leg curl, hamstring curl, machine leg curl, band leg curl: machines|bands|cables|dumbbells; ; hamstrings/
seated leg curl: machines; ; hamstrings/
lying leg curl, prone leg curl: machines; prone; hamstrings/
hip adduction, adductor machine, machine hip adduction: machines|cables|bands; ; adductors/
copenhagen plank, copenhagen adduction: ; timed; adductors/core
straight leg raise, quad set: ; ; quads/
hip flexion, banded march, psoas march, standing march: ; ; core/

# calves calves/;
calf raise, standing calf raise, bodyweight calf raise, heel raise
single leg calf raise, one leg calf raise, single leg heel raise
machine calf raise, machine standing calf raise: machines
seated calf raise: machines|dumbbells|barbell|kettlebells
dumbbell calf raise, dumbbell standing calf raise: dumbbells
barbell calf raise: barbell; axial
leg press calf raise, calf press, donkey calf raise: machines
tibialis raise, toe raise, tib raise: ; ; tibialis/
"""
