"""Trunk, carries, conditioning and mobility: rows of the table."""

ROWS = """
# core core/;
plank, front plank, forearm plank, elbow plank, rkc plank, plank hold: ; timed
high plank, straight arm plank, plank shoulder tap, shoulder tap, plank reach: ; wrist timed
side plank, side plank hold, lateral plank: ; timed
plank jack: ; jump impact wrist timed
body saw, stir the pot, long lever plank: ; timed
suspension plank, trx plank: suspension_trainer; timed
dead bug, deadbug
bird dog, bird dog row
hollow hold, hollow body hold, hollow rock: ; timed
v up, v sit, jackknife, jack knife: ; flexion supine
crunch, ab crunch, curl up, bicycle crunch, reverse crunch, oblique crunch: ; flexion supine
cable crunch, kneeling cable crunch, machine crunch: cables|machines; flexion
sit up, situp, butterfly sit up, decline sit up, weighted sit up: ; flexion supine
ghd sit up: machines; flexion supine
mcgill curl up: ; -flexion
toe touch, toe toucher, standing toe touch: ; flexion
leg raise, lying leg raise, flutter kick, scissor kick: ; supine
hanging leg raise, hanging knee raise, toes to bar, knees to elbow: pull_up_bar; hang grip flexion
captain chair knee raise, vertical knee raise: machines
russian twist, seated twist, weighted russian twist: ; flexion twist
windshield wiper: ; twist supine
wood chop, woodchop, cable wood chop, cable woodchopper,
  wood chopper: cables|bands|dumbbells|kettlebells; twist
landmine twist, landmine rotation: barbell; twist
cable rotation, cable twist: cables|bands; twist
pallof press, anti rotation press, cable anti rotation press, pallof hold: cables|bands
band anti rotation press, band pallof press: bands
ab wheel, ab wheel rollout, rollout, ab rollout, barbell rollout: full_gym
swiss ball rollout, swiss ball crunch, swiss ball plank: full_gym
suspension rollout, suspension knee tuck, suspension pike, trx pike: suspension_trainer; wrist
dragon flag: bench; supine
side bend, dumbbell side bend: dumbbells|kettlebells|cables; twist
l sit, l sit hold: ; timed
bear hold, bear plank, quadruped hover, beast hold: ; timed wrist
glute march, heel tap, toe tap, heel slide
bracing, abdominal bracing, stomach vacuum, diaphragmatic breathing: ; timed
kettlebell halo, halo: kettlebells|dumbbells; ; shoulders core/
kettlebell windmill, windmill: kettlebells|dumbbells; twist overhead
medicine ball slam, ball slam, med ball slam, slam ball: full_gym; ballistic; core back/
medicine ball throw, chest pass, rotational throw,
  medicine ball rotational throw: full_gym; ballistic twist; core chest/

# carry core back/glutes; compound grip timed
carry, loaded carry: dumbbells|kettlebells|barbell
farmer carry, farmers carry, farmer walk, farmers walk: dumbbells|kettlebells|barbell
suitcase carry: dumbbells|kettlebells
overhead carry, waiter carry, waiter walk: dumbbells|kettlebells|barbell; overhead
rack carry, front rack carry, goblet carry, bear hug carry: dumbbells|kettlebells|full_gym
yoke walk, yoke carry: full_gym; axial
sandbag carry, sandbag over shoulder: full_gym
bear crawl, bear walk: ; wrist -grip
crab walk, crab crawl: ; wrist -grip
sled push, prowler push: full_gym; -grip; quads/glutes
sled pull, sled drag: full_gym; ; quads/hamstrings
battle rope, battling rope, rope wave: full_gym; timed; shoulders/core
tire flip: full_gym; breath

# run legs/; timed impact
run, running, outdoor run, easy run, long run, jog, jogging, tempo run, recovery run,
  trail run, steady run, threshold run
interval run, running interval, run interval, fartlek, stride, strides, hill repeat, hill sprint,
  hill run, track interval
sprint, sprint interval, shuttle run, shuttle sprint
treadmill run, treadmill, treadmill interval, treadmill sprint, treadmill jog: cardio_machines
run walk, walk run, run walk interval, jog walk
high knee, butt kick, running in place, a skip, b skip, running drill

# walk legs/; timed
walk, walking, brisk walk, easy walk, power walk, uphill walk, brisk walk uphill, nordic walking
hike, hiking, ruck, rucking, loaded walk
treadmill walk, incline walk, incline treadmill walk: cardio_machines
stair climbing, stairs, stair run, stair climb

# ride legs/; timed
ride, outdoor ride, cycling, road ride, bike ride, long ride, easy ride: bicycle|cardio_machines
mountain bike ride, road cycling, outdoor cycling, outdoor bike ride: bicycle
stationary bike, exercise bike, spin bike, spinning, indoor cycling, indoor ride, indoor bike,
  recumbent bike, bike erg: cardio_machines
assault bike, air bike, fan bike, echo bike: cardio_machines
bike interval, cycling interval, bike sprint, bike: bicycle|cardio_machines

# swim legs/; timed
swim, swimming, freestyle swim, front crawl, backstroke, breaststroke, swim interval, kick set,
  pull buoy set: pool
aqua jogging, water running, pool running, deep water running, water aerobics: pool

# machine_cardio legs/; timed
rower, rowing machine, indoor rowing, row erg, rower interval, rowing interval: cardio_machines
elliptical, cross trainer, elliptical trainer: cardio_machines
ski erg, skierg: cardio_machines
stair climber, stair machine, stepmill, stepper: cardio_machines
cardio, easy cardio, steady cardio, aerobic work, zone 2 cardio, conditioning, interval, hiit, low impact cardio
shadow boxing, boxing, heavy bag
dance, dancing, marching, march in place, step aerobics

# mobility mobility/;
stretch, stretching, static stretching, full body stretch: ; timed
hip flexor stretch, couch stretch, kneeling hip flexor stretch, half kneeling hip flexor stretch: ; timed
hamstring stretch, calf stretch, quad stretch, chest stretch, pec stretch, lat stretch, glute stretch: ; timed
pigeon pose, pigeon stretch, figure four stretch, 90 90 hip switch, 90 90 stretch, hip opener: ; timed
child pose, childs pose, downward dog, cobra stretch, cobra pose, sun salutation, yoga, yoga flow: ; timed
deep squat hold, squat hold, squat sit: ; timed
thoracic rotation, thoracic rotation on all fours, thread the needle, open book, thoracic extension
cat and cow, cat cow, cat camel
ankle rock, ankle mobility, ankle circle, knee to wall
hip circle, hip car, arm circle, shoulder circle, shoulder dislocate, shoulder car, leg swing, arm swing
world greatest stretch, worlds greatest stretch, inchworm, walkout, inch worm, spiderman lunge
foam rolling, foam roll, self massage: ; timed
balance, single leg balance, single leg stand, one leg stand, tandem stance, tandem walk,
  heel to toe walk: ; timed balance
clock reach, star excursion, single leg reach: ; balance
tai chi, qigong: ; timed balance
breathing drill, breathing reset, lying breathing reset,
  box breathing, crocodile breathing, pelvic tilt, pelvic floor exercise, kegel
nerve glide, chin tuck, neck stretch, wall angel, scapular clock, band dislocate
"""
