"""The facts of the task `segmented` in English."""

from scenarios.documents.tasks.segmented_plots import Account, Chronicle, Plot, Plots

_STATIC = (
    Plot(
        told=("The archive in {name} counts {value} sheets.",),
        asked=(
            "How many sheets does the archive in {name} count?",
            "What is the size of the archive in {name}, told in sheets?",
            "Somebody wants to copy the whole archive of {name}: how many sheets is that?",
        ),
        form="number",
    ),
    Plot(
        told=("The strongroom below {name} opens to the letters {value}.",),
        asked=(
            "To which letters does the strongroom below {name} open?",
            "What has to be spelt out before one is let into the strongroom below {name}?",
            "Name the combination that unlocks the strongroom below {name}.",
        ),
        form="code",
    ),
    Plot(
        told=("The night watch in {name} is led by {value}.",),
        asked=(
            "Who leads the night watch in {name}?",
            "What is the name of the person at the head of the night watch in {name}?",
            "A complaint about the night watch in {name} has to be addressed to whom?",
        ),
        form="person",
    ),
    Plot(
        told=("The lighthouse at {name} is registered under the number {value}.",),
        asked=(
            "Under which number is the lighthouse at {name} registered?",
            "What is the registration of the lighthouse at {name}?",
            "By which number do the registers know the lighthouse at {name}?",
        ),
        form="number",
    ),
)

_UPDATE = (
    Plot(
        told=(
            "The toll bridge at {name} brings in {value} coppers a year.",
            "Since the new tariff the toll bridge at {name} brings in {value} coppers a year, and the "
            "earlier figure no longer holds.",
        ),
        asked=(
            "How many coppers a year does the toll bridge at {name} bring in now?",
            "As things stand, what are the yearly takings of the toll bridge at {name}, in coppers?",
            "By the latest that the document says, what does the toll bridge at {name} yield in a year?",
        ),
        form="number",
    ),
    Plot(
        told=(
            "The lock at {name} is kept by {value}.",
            "The lock at {name} has changed hands, and is now kept by {value}.",
        ),
        asked=(
            "Who keeps the lock at {name} now?",
            "What is the name of the present keeper of the lock at {name}?",
            "Whoever wants to pass the lock at {name} today has to call whom?",
        ),
        form="person",
    ),
    Plot(
        told=(
            "The town gate of {name} opens to the letters {value}.",
            "The letters for the town gate of {name} have been changed, and are now {value}.",
        ),
        asked=(
            "To which letters does the town gate of {name} open now?",
            "What does one have to spell out at present to get through the town gate of {name}?",
            "Which combination is valid for the town gate of {name} after all that the document tells?",
        ),
        form="code",
    ),
    Plot(
        told=(
            "The granary of {name} holds {value} bushels.",
            "What was written about the granary of {name} is hereby corrected: it holds {value} bushels.",
        ),
        asked=(
            "How many bushels does the granary of {name} hold, as far as is known now?",
            "What is the figure in force for the bushels in the granary of {name}?",
            "Going by the last word of the document on it, how much is in the granary of {name}, in bushels?",
        ),
        form="number",
    ),
)

_CONTRADICTION = (
    Plot(
        told=(
            "The town of {name} has {value} inhabitants.",
            "The number of people who live in {name} is {value}.",
        ),
        asked=(
            "How many inhabitants does {name} have? If the document gives several numbers, name them all.",
            "What does the document say of how many people live in {name}? Should it disagree with "
            "itself, give every number.",
            "State the population of {name}, with each of the figures if there is more than one.",
        ),
        form="number",
    ),
    Plot(
        told=(
            "The belfry of {name} was paid for by {value}.",
            "It was {value} who paid for the belfry of {name}.",
        ),
        asked=(
            "Who paid for the belfry of {name}? If the document gives several people, name them all.",
            "Whose money built the belfry of {name}? Should the document disagree with itself, give all.",
            "State who financed the belfry of {name}, with each of the names if there is more than one.",
        ),
        form="person",
    ),
    Plot(
        told=(
            "The seal of {name} bears the letters {value}.",
            "On the seal of {name} stand the letters {value}.",
        ),
        asked=(
            "Which letters are on the seal of {name}? If the document gives several versions, name them all.",
            "What does the document say is engraved on the seal of {name}? Should it disagree with "
            "itself, give every version.",
            "State the lettering of the seal of {name}, with each of the versions if there is more than one.",
        ),
        form="code",
    ),
    Plot(
        told=(
            "The mine at {name} goes by the licence number {value}.",
            "{value} is the licence number of the mine at {name}.",
        ),
        asked=(
            "What is the licence number of the mine at {name}? If the document gives several, name them all.",
            "Under which licence is the mine at {name} worked? Should the document disagree with "
            "itself, give every number.",
            "State the licence of the mine at {name}, with each of the numbers if there is more than one.",
        ),
        form="number",
    ),
)

_ENTITY = (
    Plot(
        told=(
            "{person} has been the warden of {name} for years.",
            "The warden of {name} locks the deeds in the box with the number {value}.",
        ),
        asked=(
            "In the box with which number does {person} lock the deeds?",
            "Where are the deeds that {person} looks after: in a box with which number?",
            "Somebody has to fetch the deeds from {person}: which number is on the box?",
        ),
        form="number",
    ),
    Plot(
        told=(
            "The office of surveyor of {name} is held by {person}.",
            "The surveyor of {name} signs every map with the letters {value}.",
        ),
        asked=(
            "With which letters does {person} sign every map?",
            "What is found on the maps of {person} in place of a signature?",
            "By which letters can one tell a map that {person} drew?",
        ),
        form="code",
    ),
    Plot(
        told=(
            "People know {person} as the treasurer of {name}.",
            "The treasurer of {name} gives account to {value}.",
        ),
        asked=(
            "To whom does {person} give account?",
            "Who is the superior of {person} in matters of money?",
            "Who checks the books that {person} keeps?",
        ),
        form="person",
    ),
    Plot(
        told=(
            "{person} was made harbour master of {name}.",
            "The harbour master of {name} sails the cutter with the number {value}.",
        ),
        asked=(
            "Which number has the cutter that {person} sails?",
            "What number is painted on the bow of the cutter that belongs to {person}?",
            "Looking out for {person} on the water, which number must one watch for on a cutter?",
        ),
        form="number",
    ),
)

_TIMELINE = (
    Chronicle(
        events=(
            ("fire", "A fire destroyed the mill of {name} on {date}."),
            ("flood", "On {date} a flood carried off the market stalls of {name}."),
            ("school", "The school of {name} was opened on {date}."),
            ("bridge", "On {date} the first cart crossed the bridge of {name}."),
            ("strike", "The strike of the weavers of {name} began on {date}."),
            ("bell", "The great bell of {name} was cast on {date}."),
        ),
        asked=(
            "In which order did these events take place at {name}, the earliest first: {events}?",
            "Arrange what happened at {name} ({events}) by date, from the oldest to the latest.",
            "A chronicle of {name} is to list {events} as they followed each other: in which order?",
        ),
    ),
    Chronicle(
        events=(
            ("railway", "The railway reached {name} on {date}."),
            ("theatre", "On {date} the theatre of {name} gave its first play."),
            ("storm", "The storm that unroofed half of {name} came on {date}."),
            ("library", "The library of {name} lent its first book on {date}."),
            ("verdict", "On {date} the verdict on the smugglers of {name} was read out."),
            ("treaty", "The treaty of {name} was signed on {date}."),
        ),
        asked=(
            "Put these events at {name} in the order in which they happened, the earliest first: {events}.",
            "What came before what at {name}? List {events} from the oldest to the latest.",
            "Sort {events} by the dates that the document gives for them at {name}, the oldest in front.",
        ),
    ),
)

_LEDGER = (
    Account(
        items=("roof", "boiler", "staircase", "crane", "warehouse", "chimney"),
        told=(
            "{name} paid {value} crowns for the {item}.",
            "For the {item}, {name} had to pay {value} crowns.",
            "The {item} cost {name} a sum of {value} crowns.",
        ),
        entry="How many crowns did {name} pay for the {item}?",
        asked=(
            "How many crowns did {name} pay in all for these: {items}?",
            "What do the payments of {name} for {items} come to when they are added up, in crowns?",
            "Work out the sum that {name} spent on {items} together, in crowns.",
        ),
    ),
    Account(
        items=("timber", "coal", "horses", "wages", "insurance", "rope"),
        told=(
            "In the books of {name} stand {value} crowns for {item}.",
            "{name} spent {value} crowns on {item}.",
            "On {item} went {value} crowns of the money of {name}.",
        ),
        entry="How many crowns did {name} spend on {item}?",
        asked=(
            "How many crowns did {name} spend in all on these: {items}?",
            "What does {name} come to when its spending on {items} is added up, in crowns?",
            "Work out the sum of what {name} laid out for {items} together, in crowns.",
        ),
    ),
)

ENGLISH = Plots(
    static=_STATIC,
    update=_UPDATE,
    contradiction=_CONTRADICTION,
    entity=_ENTITY,
    timeline=_TIMELINE,
    ledger=_LEDGER,
    conflicts="The document says the same kind of thing twice about each of these towns: {names}. About "
    "which of them do the two statements contradict each other? Name all of them.",
    date="{day} {month} {year}",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    listed=(", ", " and "),
)
