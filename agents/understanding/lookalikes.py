"""Everyday words that stand one edit away from a word of the trade: they are never taken for a typing mistake."""

from agents.understanding.wordlist import words

LOOKALIKES = words(
    """
    about above acids action actor acute adding adult aerial after again agent alive alone along alter among anger
    angle another apart appearing apple arising aspiring asteroid attach augusta aware awful badly baking barker
    based basil basin basis batter beach beard bearing bears beast beats began being bella belle bells below bending
    better betting bills billy birds bitter blame bland blank bleeding blind block blond bloody bloom boots bored
    bother bounds brave bread breads break breath breathe breathes breed breeding brian bring broad broke broker
    brother brown build built bully butter cable cables cakes calculated calling calls cancel candy capita capitol
    cards cared cares caring carson cases casting catch cater cause caused center chain chair chairs chances chang
    changed charge charged charger charges charm chase cheap cheat cheek chess chest chick chose chuck class
    cleaning clearing close closet cloth clothing coats colin colony color colts combined combines compete completed
    compliment concert concession cooper couch could count county court cover crash crazy cream create creative
    creator cross crown cumber dairy daisy dancer daring darker dates dealing deals dealt death decent dedication
    deleted denial differences dinner dogs doing dosed doses dough draft drain drama drank dream dress drink drinks
    drive drums drunk dumping dying early earning earth eight election emergence encounter ending evening exercises
    faction facto factory failing fails failures faint faking farther father fault fearing fears feather feeling
    fewer fight filed files filling fills finds first fitter flash flood floor flower foods force formal forms forth
    forgot forgotten foster found freight friction fried friends front fruit funny futures gather gears gettin girls
    given gives
    glass goals going grade grain grass great green groups grown guess hacked hammer hands hanged happy harsh
    headache heading heads healing heals heaps heard hearing hears heath heather heavy hello helped hence heroes
    hills holds homes hones hopes horse hours house human humor humour injection inter jelly joins joint jokes judge
    jumping junction keeps kelly kinds knees knows lacked large lasting later latter laugh laughter leading leaning
    learn learning lease least leather leave legal leigh lemon lending letter letting levers liked likes lined liner
    lines lived liver lives loading local locker looks loose lose loser losing loved lover lower lumber lungs major
    maker makers makes making males marco marked market markets marsh match matter maybe meals meaning means measure
    measures meats medals mediation medical medicare medicate medications meditation member mends mental metal might
    mills minor minus minutes mister mixed model monte month moral mores morning mother mount mourning mouse mouth
    moved moves music nails named names nearing nesting never night noise norman north noses noted notes nothin
    noting novel number numbers nurse occur offer officer offices often oliver orange order other paced packet pages
    paint palace paper parked parker parts party paste patty pause peace pending pension peoples phone picked piece
    piles place placed places plain plane plans plant plate pleased pleasure plots plotting podium point polls
    poster posts pound power press preston price pride prime print prior problem profiles proof proud pulls purse
    quick quiet quite racing radio raging raise raising rally ranged ranger ranges rates rather ratings reach
    reading reads ready refer rejection relate relates relax remote removed removes renting reply resin rested
    resting rests reversed riding right river roster rough round route rules rumor rural sacked salad sales salty
    scale scales scare scene scent scope score scored scorer scores scots seating seeks seems sells sending sense
    serve setting seven shaking shale shape share sharp sheep sheet shinier shirt shits shock shoes shoots shops
    shores short shots shown shows sides sidney sight since singles singular sitter sizes skill skins slash slate
    sleepy sleet slept slide slope slower small smart smell smile smoke smoked snack solid solve sorry sorts sound
    south space spain spare speak speaking spear spend spent spice spoke spoon sport spots spread sprint spying
    staff stage stain stalin stamp stand stare staring stark starred stars started starter starting state stated
    states static stating station stations statue statues stays steak steal steam steel stems stepped stick still
    stint stock stole stomach stone stood stops store stories storm story stove strain strap strike string strip
    strokes stuart studied studios study stuff stunt style sugar suits summed summer supper swear sweat sweep
    sweeping sweet switches symptom table tables tablet tablets tactic taken takes taking tales talked talking talks
    tango taste tasted tasting tasty teach tearing tears teeth tells temperatures tending tends tents terms tested
    testing texting texts thank their theme there these thick thing think thinker thinner third those threat three
    threw throw tiger tight times tired today together token tones tooth topic topped total touch tough tours towel
    tower towns trace track traction tracy trade trading trail train trait transferring treading treads treasure
    treat trees trends trent trial tried tries trips truck truly trust truth tutor twice tying under union units
    until upper upset urban using usual vague valid value valve valves video views vince visit voice volumes wages
    waist waiter waits waking walker walking walls walter wants warning waste wasting watch water wealth wealthy
    wearing wears weather weeks weigh weird wells wetter wheel where whether which while white whites whole whose
    wider wills wines winger winner winter wither witness woman women woods words works world worries worry worse
    worst worth would wound wright wrist write wrong wrote years yield young yours youth
    """
)
