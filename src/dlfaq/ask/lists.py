"""Words of English and of the field that ranking treats specially.

They are text to be read and extended; the thesaurus proper is in `build/thesaurus.txt`.
"""

_STOP = """
a an the this that these those i me my mine we our us you your he she it its they them their there
here is are was were be been being am do does did done doing have has had having can could will
would shall should may might must need to of in on at by for from with into onto about as and or
but if then than so because while during though although what which who whom whose why how where
when whether also just very really quite even still only any some all each every both such other
another own most much many few least im ive id youre thats whats heres theres lets hi hello hey
thanks thank please help anyone anybody someone somebody something anything everything say says
said seem seems like etc eg ie vs via per off under again get gets got getting make makes made
come comes take takes taken give gives given know think tell told want wants see seen saw look
looks ok okay well yes yet now ever lot lots kind sort thing things one ones way ways let sure
wonder wondering confused confusing understand explain explanation reason idea question questions
correct right guys folks dear sir means
"""
_NEGATIONS = """
not no never without nothing none cannot neither nor cant wont dont doesnt didnt isnt arent wasnt
werent hasnt havent couldnt shouldnt wouldnt aint unable fails fail failed failing refuses refuse
"""
# most questions of the field hold these (stems): they tell little about which entry is meant
_COMMON = """
model network neural net train deep learn use problem issu cod work good bad better best pytorch
kera tensorflow torch caff result perform valu set data implem differ first chang effect run caus
not try find happen possibl normal exampl imag task test layer funct paper new larg small high low
sam mor less number batch loss step epoch start increas decreas lower higher fin custom class
alwai two thre experim add too up down out over go gon mean
"""
_LOSS = "loss cost entropy ce crossentropy nll xent start starts starting begin begins initial"
_SCORE = "acc accuracy accuracies auc chance guess guessing val_acc"
_SHORT_PARTS = (
    "lr bn ln gn wd l1 l2 kl bce mse ce nll ema swa ddp amp fp bf do in is no of to at eps"
)
# written with capitals inside, and yet one word
_UNITS = (
    "relu relu6 gelu silu selu elu celu prelu leakyrelu leaky_relu pytorch tensorflow openai github"
)
# stems that the rules of spelling would spoil, or would keep apart
_KEEP = """
classifier:classifi classification:classifi classify:classifi layer:layer layers:layer
scheduler:schedul schedulers:schedul trainer:train stable:stabil unstable:instabil
explosion:explod explosions:explod died:die dying:die dead:die dies:die bias:bias biases:bias
loss:loss losses:loss less:less lower:lower higher:higher data:data axes:axis axis:axis
maxima:maximum minima:minimum matrices:matrix vertices:vertex indices:index centre:center
centred:center centring:center initial:initial initially:initial rose:rise risen:rise fell:fall
fallen:fall froze:freez frozen:freez grew:grow grown:grow began:begin begun:begin kept:keep
lost:lose blew:blow blown:blow chose:choos chosen:choos choice:choos nans:nan relus:relu gpus:gpu
cpus:cpu lrs:lr epoches:epoch performance:perform memory:memori ensemble:ensembl rate:rate
rates:rate rating:rating string:string embedding:embed embeddings:embed momentum:momentum
worse:wors worst:wors criteria:criterion speed:speed seed:seed seeds:seed need:need feed:feed
exceed:exceed indeed:indeed identical:identic mixed:mix bigger:larg big:larg larger:larg
large:larg huge:larg smaller:small tiny:small greater:higher above:higher below:lower
beneath:lower faster:fast slower:slow reach:reach several:several went:go gradient:gradient
gradients:gradient constant:constant important:import content:content moment:moment
"""
# common English that is no typing error, beyond what entries and the thesaurus hold
PLAIN_ENGLISH = """
able accept across actually after again against agree allow almost alone along already although
among amount animal answer apart appear apple apply area around arrive article aside asked attempt
author avoid away background ball bank bath beach beam bear beat beautiful become before begin
behind believe belong beside between beyond bird birth black block blood blue board boat body book
border born borrow bottle bottom bought bound bowl brain branch bread break bridge brief bright
bring broke brother brown brush build built burn business butter button buy cable cake call camera
card care carry case catch cause cell center certain chain chair chance chapter charge cheap check
cheese chess chicken child circle city claim clean clear clock close cloud coach coast coffee cold
color column combine comment commit common company compare complete concern condition connect
consider contain content control convert cook cool copy corner cost count country couple course
court cover create credit cross crowd current cycle dance dark date daughter day deal dear death
debt decide deep define degree delete demand depend describe desert design desk detail develop
device dinner direct doctor document dollar door double doubt draft draw dream dress drink drive
drop dry early earth east easy edge effort eight either email empty engine enjoy enough enter
entire equal error escape evening event evidence exact example except exchange excite exercise
exist exit expect expense expert express extra face fact fair family famous farm fast father
favorite fear field fight figure file fill film final finger finish fire fish five fix flat flight
float floor flow flower fold follow food foot football force foreign forest forget format former
forward found four frame free fresh friend front fruit full fund game garden gather general girl
glass goal gold grass great green ground group grow guard guess guide hair half hall hand happy
hard health hear heart heat heavy height hold hole home hope horse hospital hot hotel hour house
human hundred hunt husband image imagine include income index inside install instead interest
invest island join judge juice jump keep kernel key kick kill kind kitchen knee knife lady lake
land language laptop last late laugh lead leaf league learn leave left length letter level library
lift light likely limit line list listen little live loan local lock lonely long lose loud love
luck lunch machine magic mail main manage map march mark market marry master match material matter
meal measure meat medical meet member memory message metal middle mile milk million mind minute
mirror mix modern money month moon morning mother motor mountain mouse mouth move movie music name
narrow nation nature near neck neighbor neither nerve neutral news next nice night nine nobody
noise north nose note notice object ocean offer office often oil older once open option orange
order outlet outside owner pack page paint pair paper parent park part party pass past path pay
pen people pepper perhaps period person phone photo pick picture piece pink pipe pipeline place
plan plane plant plastic plate play player please plenty plug plus pocket point police pool poor
position pound power practice present press pretty price print prison private prize produce
product profit program project proof proper protect proud prove public pull push quality quarter
queen quick quiet quit race radio rain raise range reach read ready real rebase recent recipe
record refund region relate remain remember remind remove rent repair repeat reply report request
require rest return reward rice rich ride ring river road rock role roll roof room root round row
rule safe sail salt sand sauce save scene school science score screen search season seat second
secret section sell send sense series serious serve server service seven shape share sharp shine
ship shirt shoe shop short shot shoulder shout show shower sick side sign silver simple since sing
single sister site size skin sky sleep slip slow smart smell smile smoke smooth snow social soft
soil soldier solid solve song soon sore soul sound soup source south space speak special speech
spell spend sport spot spring square stage stair stale stamp stand star state station stay steal
steam steel stick stone stop store storm story straight strange stream street stress stretch
strike string strong student studio study style subject success sudden sugar suggest suit summer
sun supper support surface surprise sweet swim switch system table tail talk tall target taste
teach team tear television ten tennis term thank theater thick thin third thousand thread three
throat throw ticket tie tight time tiny tire title today together tomorrow tonight tool tooth
topic total touch toward tower town trade traffic trail travel tree trick trip trouble truck true
trust truth turn twelve twenty twice twist type uncle under unit until upper urban useful usual
valley value video view village visit voice volume vote wage wait wake walk wall warm wash waste
watch water wave weak wealth wear weather web week weight welcome west wheel while white whole
wide wife wild win wind window wine wing winter wire wish within woman wonder wood word world
worry worth write yard year yellow yesterday young zone yolo onnx perplexity python docker server
client browser
"""
# endings: suffix, what stays in its place, letters that must stand before it
_SUFFIXES = """
izations::4 ization::4 izing::4 izers::4 izer::4 ized::4 izes::4 ize::4 ations::4 ation::4
ating::4 ators::4 ator::4 ated::4 ates::4 ate::4 edly::4 ingly::4 ness::4 ences::5 ence::5 ency::5
ently::5 ents::5 ent::5 ances::5 ance::5 ants::5 ant::5 ities::4 ity::4 ally:al:3 ily:y:3 ly::4
ings::3 ing::3 ied:y:2 ies:y:2 ed::3 sses:ss:2 xes:x:2 ches:ch:2 shes:sh:2 zes:z:3 ions::5 ion::5
s::3
"""

STOP = frozenset(_STOP.split())
NEGATIONS = frozenset(_NEGATIONS.split())
COMMON = frozenset(_COMMON.split())
LOSS_WORDS = frozenset(_LOSS.split())
SCORE_WORDS = frozenset(_SCORE.split())
SHORT_PARTS = frozenset(_SHORT_PARTS.split())
UNITS = frozenset(_UNITS.split())
KEEP: dict[str, str] = dict(pair.split(":") for pair in _KEEP.split())
SUFFIXES: tuple[tuple[str, str, int], ...] = tuple(
    (suffix, stays, int(before))
    for suffix, stays, before in (rule.split(":") for rule in _SUFFIXES.split())
)
