"""Names of exercises in English, German, Spanish and French, as English words in the singular.

Longer phrases win.  German ones are found within compounds ("Langhantelkniebeugen"); the others are whole words."""

import re
import unicodedata
from functools import lru_cache

_GERMAN = """
langhantel=barbell|sz stange=barbell|kurzhantel=dumbbell|kugelhantel=kettlebell|kabelzug=cable|hantel=dumbbell
widerstandsband=band|theraband=band|miniband=band|gummiband=band|schlingentrainer=suspension|maschine=machine
am gerat=machine|bulgarische kniebeuge=bulgarian split squat|bulgarische split kniebeuge=bulgarian split squat
einbeinige kniebeuge=pistol squat|kniebeuge=squat|kniebeugen=squat|frontkniebeuge=front squat
hackenschmidt=hack squat|beinpresse=leg press|beinpressen=leg press|beinstrecken=leg extension
beinstrecker=leg extension|beinbeuger=leg curl|beincurl=leg curl|wadenheben=calf raise|ausfallschritt=lunge
ausfallschritte=lunge|kreuzheben=deadlift|rumanisches kreuzheben=romanian deadlift|rumanischem=romanian
rumanisches=romanian|rumanische=romanian|gestrecktes kreuzheben=stiff leg deadlift|huftheben=hip thrust
hueftheben=hip thrust|huftstoss=hip thrust|beckenheben=glute bridge|gluteusbrucke=glute bridge|brucke=bridge
ruckenstrecken=back extension|ruckenstrecker=back extension|hyperextensions=back extension|guten morgen=good morning
bankdrucken=bench press|schragbankdrucken=incline bench press|schragbank=incline|brustpresse=chest press
brustdrucken=chest press|bodendrucken=floor press|liegestutz=push up|liegestutze=push up|fliegende=fly
butterfly=fly|uberzug=pullover|uberzuge=pullover|schulterdrucken=shoulder press|uberkopfdrucken=overhead press
uber kopf drucken=overhead press|drucken uber kopf=overhead press|military press=military press
nackendrucken=behind neck press|handstand=handstand|seitheben=lateral raise|frontheben=front raise
reverse flys=reverse fly|vorgebeugtes seitheben=rear delt fly|schulterheben=shrug|aufrechtes rudern=upright row
vorgebeugtes rudern=bent over row|vorgebeugt=bent over|einarmiges rudern=one arm row|einarmig=one arm
rudergerat=rower|rudermaschine=rower|ruderergometer=rower|rudern am kabel=cable row|rudern=row|klimmzug=pull up
klimmzuge=pull up|latzug=lat pulldown|latziehen=lat pulldown|lat ziehen=lat pulldown|aushangen=dead hang
bizepscurl=biceps curl|bizeps=biceps|trizepsdrucken=triceps pushdown|trizepsstrecken=triceps extension
trizeps=triceps|hammercurl=hammer curl|stirndrucken=skull crusher|barrenstutz=dip|unterarmstutz=plank
seitstutz=side plank|seitlicher stutz=side plank|seitstutze=side plank|planke=plank|rumpfheben=sit up
rumpfbeuge=crunch|bauchpresse=crunch|beinheben=leg raise|hangendes beinheben=hanging leg raise
kaferubung=dead bug|kafer=dead bug|vierfussler=bird dog|vogel hund=bird dog|russische drehung=russian twist
holzhacker=wood chop|bergsteiger=mountain climber|hampelmann=jumping jack|strecksprung=vertical jump
kniebeugensprung=jump squat|hocksprung=tuck jump|kastensprung=box jump|sprunge=jump|sprung=jump
seilspringen=jump rope|springseil=jump rope|springen=jump|hupfen=hop|bauernlauf=farmer walk|bauerngang=farmer walk
koffertragen=suitcase carry|barengang=bear crawl|dauerlauf=run|waldlauf=run|intervalllauf=interval run
langer lauf=long run|laufband=treadmill|laufen=run|lauf=run|joggen=jog|sprinten=sprint|gehen=walk
spaziergang=walk|spazierengehen=walk|wandern=hike|radfahren=cycling|rad fahren=cycling|fahrradergometer=stationary bike
heimtrainer=stationary bike|ergometer=stationary bike|fahrrad=bike|gerat=machine|schwimmen=swim|crosstrainer=elliptical
dehnung=stretch|dehnen=stretch|mobilisation=mobility|beuger=flexor|hufte=hip|brustwirbel=thoracic
katze kuh=cat cow|katzenbuckel=cat cow|kindhaltung=child pose|einbeinig=single leg|einbeiniges=single leg
einbeinige=single leg|sitzend=seated|sitzendes=seated|liegend=lying|liegendes=lying|stehend=standing
enges=close grip|eng=close grip|aufsteiger=step up|treppensteigen=stair climbing|wandsitz=wall sit|hangend=hanging
turkisches aufstehen=turkish get up|reissen=snatch|umsetzen=clean|ausstossen=jerk|schwung=swing
gleichgewicht=balance|einbeinstand=single leg stand
tiefe kniebeuge=deep squat|tiefe goblet kniebeuge=deep goblet squat
tiefen kniebeuge=deep squat|korpergewicht=bodyweight|schragliegestutz=incline push up
sprunggelenkwippe=ankle rock|sprunggelenk=ankle|standwaage=hip hinge|schulterpresse=shoulder press machine
brustpressmaschine=chest press machine|kettlebell drucken=kettlebell press|kurzhanteldrucken=dumbbell press
schragbankdruck=incline bench press|wandgleiten=wall slide|y t w heben=y t w raise|in bauchlage=prone
bauchlage=prone|handtuch=towel|turrahmen=door frame|latbogen=lat sweep|umgekehrter schneeengel=reverse snow angel
schneeengel=snow angel|band auseinanderziehen=band pull apart|auseinanderziehen=pull apart|am boden=floor
knieheben=knee raise|im hang=hanging|koffergang=suitcase carry|kraftausdauer=|brustwirbeldrehung=thoracic rotation
brustwirbelsaule=thoracic|vierfusslerstand mit strecken=bird dog|vierfusslerstand=on all fours
tiefe hocke=deep squat hold|katze und kuh=cat cow|kuh=cow
katze=cat|huftbeugerdehnung=hip flexor stretch|wadendehnung=calf stretch|brustdehnung=chest stretch
ruckwarts=reverse|vorwarts=forward|seitlicher ausfallschritt=lateral lunge|seitlich=lateral|hangen=dead hang
klappmesser=jackknife|hohlhalte=hollow hold|bootposition=v sit|schulterbrucke=glute bridge|beckenlift=glute bridge
storch=|superman=superman|gesichtszug=face pull|facepull=face pull|uberkopf=overhead|bizeps curl=biceps curl
butterflymaschine=pec deck|rudern sitzend=seated row|t hantel rudern=t bar row|schlitten schieben=sled push
medizinballwurf=medicine ball throw|hockstrecksprung=jump squat|burpee=burpee|pistol squat=pistol squat
bergauflauf=hill run|tempolauf=tempo run|gehpause=walk|steigerungslauf=stride|zugiges gehen=brisk walk
flottes gehen=brisk walk|nordic walking=nordic walk|seilzug=cable|latzugmaschine=lat pulldown
adduktoren=hip adduction|abduktoren=hip abduction|stepper=stair climber|treppe=stair|kniestand=half kneeling
balancieren=balance|wackelbrett=balance|armkreisen=arm circle|huftkreisen=hip circle|beinschwingen=leg swing
hantelscheibe=plate
"""
_ROMANCE = """
sentadilla bulgara=bulgarian split squat|sentadilla frontal=front squat|sentadilla trasera=back squat
sentadilla con salto=jump squat|sentadilla goblet=goblet squat
sentadilla profunda=deep squat|sentadilla=squat|peso muerto rumano=romanian deadlift
peso muerto=deadlift|rumano=romanian|prensa de pierna=leg press|prensa=leg press|extension de pierna=leg extension
extension de cuadriceps=leg extension|curl femoral=leg curl|curl de pierna=leg curl|zancada=lunge|estocada=lunge
elevacion de talon=calf raise|elevacion de gemelo=calf raise|elevacion de pantorrilla=calf raise
empuje de cadera=hip thrust|puente de gluteo=glute bridge|puente=bridge|buenos dias=good morning
extension lumbar=back extension|press de banca=bench press|press banca=bench press|press de pecho=chest press
press inclinado=incline press|flexion de brazo=push up|flexion de pecho=push up|lagartija=push up
apertura=fly|press militar=military press|press de hombro=shoulder press|press por encima de la cabeza=overhead press
press sobre la cabeza=overhead press|por encima de la cabeza=overhead
elevacion lateral=lateral raise|elevacion laterale=lateral raise|elevacion frontal=front raise|encogimiento=shrug
remo al menton=upright row
remo con barra=barbell row|remo con mancuerna=dumbbell row|remo sentado=seated row|maquina de remo=rower|remo=row
remoergometro=rower|dominada=pull up|jalon al pecho=lat pulldown|jalon=lat pulldown|curl de bicep=biceps curl
fondo=dip|extension de tricep=triceps extension|rompecraneo=skull crusher|press frances=french press
plancha lateral=side plank|plancha=plank|abdominal=crunch|encogimiento abdominal=crunch|elevacion de pierna=leg raise
giro ruso=russian twist|bicho muerto=dead bug|escalador=mountain climber|salto de cuerda=jump rope
saltar la cuerda=jump rope|comba=jump rope|salto al cajon=box jump|salto=jump|saltar=jump|zancada con salto=jump lunge
balanceo con pesa rusa=kettlebell swing|pesa rusa=kettlebell|paseo del granjero=farmer walk|caminata=walk
carrera continua=run|carrera=run|correr=run|trote=jog|trotar=jog|cinta de correr=treadmill|cinta=treadmill
caminar=walk|marcha=walk|senderismo=hike|bicicleta estatica=stationary bike|bicicleta=bike|ciclismo=cycling
natacion=swim|nadar=swim|eliptica=elliptical|estiramiento=stretch|movilidad=mobility|barra=barbell
mancuerna=dumbbell|polea=cable|maquina=machine|banda elastica=band|banda=band|goma elastica=band|a una mano=one arm
a una pierna=single leg|unilateral=single|sentado=seated|tumbado=lying|de pie=standing|subida al cajon=step up
sentadilla en pared=wall sit|arrancada=snatch|cargada=clean|envion=jerk|paso del oso=bear crawl|equilibrio=balance
squat profond=deep squat
squat bulgare=bulgarian split squat|fente bulgare=bulgarian split squat|squat avant=front squat
squat arriere=back squat|squat saute=jump squat|fente sautee=jump lunge|souleve de terre roumain=romanian deadlift
souleve de terre=deadlift|roumain=romanian|jambe tendue=stiff leg|presse a cuisse=leg press|presse=leg press
leg extension=leg extension|extension de jambe=leg extension|leg curl=leg curl|fente=lunge|fente marchee=walking lunge
extension de mollet=calf raise|elevation de mollet=calf raise|mollet=calf raise|releve de bassin=glute bridge
pont fessier=glute bridge|pont=bridge|poussee de hanche=hip thrust|developpe couche=bench press
developpe incline=incline press|developpe militaire=military press|developpe epaule=shoulder press
developpe au dessus de la tete=overhead press|au dessus de la tete=overhead|developpe=press|pompe=push up
ecarte=fly|elevation laterale=lateral raise|elevation frontale=front raise|haussement d epaule=shrug
rowing menton=upright row|rowing barre=barbell row|rowing haltere=dumbbell row|rowing=row|rameur=rower
tirage vertical=lat pulldown|tirage poitrine=lat pulldown|tirage horizontal=seated row|tirage menton=upright row
tirage=lat pulldown|traction=pull up|barre au front=skull crusher|curl haltere=dumbbell curl|gainage lateral=side plank
gainage=plank|planche laterale=side plank|planche=plank|releve de jambe=leg raise|releve de buste=sit up
rotation russe=russian twist|grimpeur=mountain climber|corde a sauter=jump rope|saut sur caisse=box jump
saut sur boite=box jump|saut=jump|sauter=jump|marche du fermier=farmer walk|marche=walk|course a pied=run
course=run|courir=run|footing=jog|sortie longue=long run|tapis de course=treadmill|tapis=treadmill
randonnee=hike|velo d appartement=stationary bike|velo=bike|cyclisme=cycling|natation=swim|nage=swim
elliptique=elliptical|etirement=stretch|mobilite=mobility|barre de traction=pull up bar|barre=barbell|haltere=dumbbell
poulie=cable|elastique=band|bande=band|a un bras=one arm|sur une jambe=single leg|assis=seated|allonge=lying
debout=standing|montee sur banc=step up|chaise au mur=wall sit|arrache=snatch|epaule jete=clean and jerk
marche de l ours=bear crawl|equilibre=balance
balanceo con kettlebell=kettlebell swing|balanceo de tobillo=ankle rock|balanceo=swing|bisagra de cadera=hip hinge
press de suelo=floor press
en el suelo=floor|suelo=floor|flexion en suspension=suspension push up|flexion cerrada=close grip push up
flexion diamante=diamond push up|flexion pica=pike push up|flexion inclinada=incline push up
flexion de rodilla=knee push up|deslizamiento en pared=wall slide|elevacion y t w=y t w raise|boca abajo=prone
toalla=towel|puerta=door frame|barrido de dorsal=lat sweep|angel inverso=reverse snow angel
apertura con banda=band pull apart|separacion de banda=band pull apart|antirrotacion=anti rotation
press pallof=pallof press|elevacion de rodilla colgado=hanging knee raise|colgado=hanging|perro de caza=bird dog
perro pajaro=bird dog|posicion hueca=hollow hold|paseo de maleta=suitcase carry|paseo del granjero=farmer walk
nado libre=freestyle swim|nado=swim|rotacion toracica=thoracic rotation|cuadrupedia=on all fours
bascula de tobillo=ankle rock|tobillo=ankle|cuclilla profunda=deep squat hold|gato y vaca=cat cow|gato vaca=cat cow
gato camello=cat cow|hacia atra=reverse|hacia delante=forward|lateral=lateral|zancada lateral=lateral lunge
puente=bridge|subida a escalon=step up|subida al banco=step up|subida a banco=step up|colgarse=dead hang
jalon a la cara=face pull|pajaro=rear delt fly|rueda abdominal=ab wheel|burpee=burpee|salto de tijera=jumping jack
salto en cajon=box jump|a gata=on all fours|caminata rapida=brisk walk|paso rapido=brisk walk|cuesta=hill
serie de carrera=running interval|abductor=hip abduction|aductor=hip adduction|patada de gluteo=glute kickback
patada de tricep=triceps kickback|press arnold=arnold press|balancier kettlebell=kettlebell swing
charniere de hanche=hip hinge|montee sur marche=step up|montee sur boite=step up
presse pectorale=chest press machine|presse a epaule=shoulder press machine|developpe au sol=floor press
au sol=floor|sol=floor|pompe en suspension=suspension push up|pompe serree=close grip push up
pompe piquee=pike push up|pompe inclinee=incline push up|pompe sur le genou=knee push up
glissement au mur=wall slide|elevation y t w=y t w raise|serviette=towel|porte=door frame|pull over=pullover
balayage dorsal=lat sweep|ange inverse=reverse snow angel|ecarte avec elastique=band pull apart
releve de genou suspendu=hanging knee raise|suspendu=hanging|genou=knee|marche de la valise=suitcase carry
rotation thoracique=thoracic rotation|quatre patte=on all fours|bascule de cheville=ankle rock|cheville=ankle
accroupi profond=deep squat hold|chat et vache=cat cow|chat vache=cat cow|arriere=reverse|laterale=lateral
marche rapide=brisk walk|cote=hill|fractionne=interval|oiseau=rear delt fly|tirage visage=face pull
roue abdominale=ab wheel|saut groupe=tuck jump|jumping jack=jumping jack|insecte mort=dead bug
extension de tricep=triceps extension|extension tricep=triceps extension|kickback=kickback
developpe arnold=arnold press|pec deck=pec deck|papillon=pec deck|abducteur=hip abduction|adducteur=hip adduction
etirement du flechisseur=hip flexor stretch|flechisseur de la hanche=hip flexor|hanche=hip|cadera=hip
flexor de cadera=hip flexor|gainage creux=hollow hold
"""
_ENGLISH = """
atemubung=breathing drill|respiracion=breathing drill|respiration=breathing drill
rdl=romanian deadlift|rdls=romanian deadlift|sldl=stiff leg deadlift|db=dumbbell|bb=barbell|kb=kettlebell
ohp=overhead press|bss=bulgarian split squat|ghr=glute ham raise|pullup=pull up|chinup=chin up|pushup=push up
pressup=press up|situp=sit up|stepup=step up|pulldown=pulldown|pull down=pulldown|push down=pushdown
press down=pushdown|press downs=pushdown|bb=barbell|free weight=|body weight=bodyweight|bw=bodyweight
hip hinging=hip hinge|one legged=single leg|single legged=single leg|one leg=single leg|single arm=one arm
lat pull down=lat pulldown|overhead pressing=overhead press|overhead work=overhead|pressing=press|squatting=squat
deadlifting=deadlift|lunging=lunge|rowing machine=rower|rowing=row|rowing ergometer=rower
concept2=rower|erg=rower|running=run|jogging=jog|sprinting=sprint|jumping jack=jumping jack|jumping lunge=jump lunge
jumping squat=jump squat|jumping=jump|plyometrics=jump|plyometric=jump|plyos=jump|planking=plank|curling=curl
skipping=jump rope|skipping rope=jump rope|bike riding=cycling|biking=cycling|trx=suspension|rings=ring
farmer s=farmer|world s greatest=world greatest|child s=child|captain s=captain|free weights=|hang=hang
tricep=triceps|bicep=biceps|biceps=biceps|triceps=triceps|barbells=barbell|deadlift=deadlift|resistance band=band
elastic band=band|mini band=band|loop band=band|stairclimber=stair climber|assault bike=assault bike
"""
# What stands beside a name and changes nothing.
_EMPTY = frozenset(
    "a an and the with on of in for to from at by or your mit am an der die das den dem und im zum zur "
    "con de la el los las en al del y o por le les des du au aux avec et sur une un l d".split()
)


def folded(text: str) -> str:
    """Small letters without accents; whatever is no letter or digit is a blank."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _NO_WORD.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


_NO_WORD = re.compile(r"[\W_]+")


_ENDINGS = ("sses", "ches", "shes", "xes")


def _singular(word: str) -> str:
    if word.endswith(_ENDINGS) or (word.endswith("ones") and len(word) > 5):
        return word[:-2]
    if word.endswith("oux"):
        return word[:-1]
    if (len(word) > 3 or word == "ups") and word.endswith("s") and not word.endswith(("ss", "us", "eps")):
        return word[:-1]
    return word


def _singulars(text: str) -> str:
    return " ".join(map(_singular, text.split()))


def _phrases(table: str) -> dict[str, str]:
    rows = (row.partition("=") for line in table.split("\n") if line for row in line.split("|"))
    return {said: meant for said, _, meant in rows}


_WITHIN = {said: meant for said, meant in _phrases(_GERMAN).items() if len(said) > 4}
_ALONE = {
    _singulars(said): meant for said, meant in (_phrases(_ROMANCE) | _phrases(_ENGLISH)).items()
} | {said: meant for said, meant in _phrases(_GERMAN).items() if len(said) <= 4}


def _longest_first(phrases: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))


_INSIDE = re.compile(f"(?:{_longest_first(_WITHIN)})(?:e?n|s|es)?")
_OUTSIDE = re.compile(rf"\b(?:{_longest_first(_ALONE)})\b")
def _meant(found: re.Match[str], phrases: dict[str, str]) -> str:
    said = found.group()
    while said not in phrases:
        said = said[:-1]
    return f" {phrases[said]} "


@lru_cache(maxsize=8_192)
def words(text: str) -> tuple[str, ...]:
    """`text` in English words, in its order, without what is empty."""
    plain = _INSIDE.sub(lambda found: _meant(found, _WITHIN), folded(text))
    plain = _singulars(plain)
    plain = _OUTSIDE.sub(lambda found: f" {_ALONE[found.group()]} ", plain)
    return tuple(word for word in map(_singular, plain.split()) if word not in _EMPTY)
