// The second implementation of the specification: normalising, codes, check characters.
//
// One file, no dependency, no network, no state: it runs in Node, in a browser and inside a
// static page on a phone. It was written from spec/*.md and not from the Python code; both must
// give the same answer to every vector of spec/vectors and to every input in every script.
//
// A scheme is the plain object of spec/schemes/schemes.json. A person is a plain object:
// { family_name: "Doe", birth_date: "2000-12-19", given_name_status: "none" }; a date may be cut
// to year and month or to the year. Nothing that is given here is kept.

// BEGIN TABLES (written by spec/javascript/embed.py from spec/normalisation/*.json)
export const TABLES = {
  shared: {"version":"1","apostrophes":"'`´ʹʻʼʽʾʿˈ‘’‚‛′＇՚׳","dropped":["00AD","0300-036F","0591-05BD","05BF","05C1-05C2","05C4-05C5","05C7","0610-061A","061C","0640","064B-065F","0670","06D6-06DC","06DF-06E4","06E7-06E8","06EA-06ED","17B4-17B5","180E","1AB0-1AFF","1DC0-1DFF","200B-200F","202A-202E","2060-206F","20D0-20FF","FE00-FE0F","FE20-FE2F","FEFF"],"separators":["0000-0026","0028-002F","003A-0040","005B-005F","007B-00A9","00AB-00AC","00AE-00B3","00B5-00B9","00BB-00BF","00D7","00F7","02D0","055B-055F","0589-058A","05BE","05C0","05C3","05C6","05F4","060C","061B","061E-061F","066A-066D","06D4","0964-0965","0970","0DF4","0E2F","0E3F","0E46","0E4F","0E5A-0E5B","0EAF","0EC6","0F0B-0F14","0F3A-0F3D","104A-104F","10FB","1361-1368","17D4-17DC","2000-200A","2010-2017","201C-2029","202F-2031","2033-205F","3000-3003","3008-3011","3014-301F","30A0","30FB","FE10-FE19","FE30-FE52","FE54-FE66","FE68-FE6B","FF01-FF06","FF08-FF0F","FF1A-FF20","FF3B-FF40","FF5B-FF65"],"digits":{"0":"0٠۰०০੦૦୦௦౦೦൦๐໐༠၀០０","1":"1١۱१১੧૧୧௧౧೧൧๑໑༡၁១１","2":"2٢۲२২੨૨୨௨౨೨൨๒໒༢၂២２","3":"3٣۳३৩੩૩୩௩౩೩൩๓໓༣၃៣３","4":"4٤۴४৪੪૪୪௪౪೪൪๔໔༤၄៤４","5":"5٥۵५৫੫૫୫௫౫೫൫๕໕༥၅៥５","6":"6٦۶६৬੬૬୬௬౬೬൬๖໖༦၆៦６","7":"7٧۷७৭੭૭୭௭౭೭൭๗໗༧၇៧７","8":"8٨۸८৮੮૮୮௮౮೮൮๘໘༨၈៨８","9":"9٩۹९৯੯૯୯௯౯೯൯๙໙༩၉៩９"}},
  latin: {"version":"1","letters":{"A":"AaªÀÁÂÃÄÅàáâãäåĀāĂăĄąǍǎǞǟǠǡǺǻȀȁȂȃȦȧɐɑɒḀḁẚẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặⱭⱯＡａ","AE":"ÆæǢǣǼǽ","B":"BbƀƁƂƃɃɓḂḃḄḅḆḇＢｂ","C":"CcÇçĆćĈĉĊċČčƇƈȻȼɕḈḉＣｃ","D":"DdÐðĎďĐđƉƊƋƌȡɖɗḊḋḌḍḎḏḐḑḒḓＤｄ","DZ":"ǄǅǆǱǲǳʣʥ","E":"EeÈÉÊËèéêëĒēĔĕĖėĘęĚěƎƏƐǝȄȅȆȇȨȩɆɇɘəɛɜɝɞḔḕḖḗḘḙḚḛḜḝẸẹẺẻẼẽẾếỀềỂểỄễỆệＥｅ","F":"FfƑƒḞḟＦｆ","FF":"ﬀ","FFI":"ﬃ","FFL":"ﬄ","FI":"ﬁ","FL":"ﬂ","G":"GgĜĝĞğĠġĢģƓƔǥǦǧǴǵɠɡɢɣḠḡＧｇ","H":"HhĤĥĦħȞȟɦɧḢḣḤḥḦḧḨḩḪḫẖⱧⱨＨｈ","HV":"ƕǶ","I":"IiÌÍÎÏìíîïĨĩĪīĬĭĮįİıƖƗǏǐȈȉȊȋɨɩɪḬḭḮḯỈỉỊịＩｉ","IJ":"Ĳĳ","J":"JjĴĵǰȷɈɉɟʄʝⱼＪｊ","K":"KkĶķĸƘƙǨǩḰḱḲḳḴḵⱩⱪＫｋ","L":"LlĹĺĻļĽľĿŀŁłƚȽɫɬɭḶḷḸḹḺḻḼḽⱠⱡⱢＬｌ","LJ":"Ǉǈǉ","M":"MmƜɯɰɱḾḿṀṁṂṃＭｍ","N":"NnÑñŃńŅņŇňŉƝƞǸǹȠȵɲɳɴṄṅṆṇṈṉṊṋＮｎ","NG":"Ŋŋ","NJ":"Ǌǋǌ","O":"OoºÒÓÔÕÖØòóôõöøŌōŎŏŐőƆƟƠơǑǒǪǫǬǭǾǿȌȍȎȏȪȫȬȭȮȯȰȱɔɤɵṌṍṎṏṐṑṒṓỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợＯｏ","OE":"Œœɶ","OU":"Ȣȣ","P":"PpƤƥᵽṔṕṖṗⱣＰｐ","Q":"QqɊɋʠＱｑ","R":"RrŔŕŖŗŘřȐȑȒȓɌɍɹɺɻɼɽɾʀʁṘṙṚṛṜṝṞṟⱤＲｒ","S":"SsŚśŜŝŞşŠšſƧƨƩȘșȿʂʃʅʆṠṡṢṣṤṥṦṧṨṩẛⱾＳｓ","SS":"ßẞ","ST":"ﬅﬆ","T":"TtŢţŤťŦŧƫƬƭƮȚțȶȾʇʈṪṫṬṭṮṯṰṱẗⱦＴｔ","TH":"Þþ","U":"UuÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųƯưƱǓǔǕǖǗǘǙǚǛǜȔȕȖȗɄʉʊṲṳṴṵṶṷṸṹṺṻỤụỦủỨứỪừỬửỮữỰựＵｕ","V":"VvƲɅʋʌṼṽṾṿⱽＶｖ","W":"WwŴŵƿǷẀẁẂẃẄẅẆẇẈẉẘⱳＷｗ","X":"XxẊẋẌẍＸｘ","Y":"YyÝýÿŶŷŸƳƴȜȝȲȳɎɏʎʏẎẏẙỲỳỴỵỶỷỸỹＹｙ","Z":"ZzŹźŻżŽžƵƶƷƸƹǮǯȤȥɀʐʑʒẐẑẒẓẔẕⱫⱬⱿＺｚ"},"expansions":{"german":{"Ä":"AE","ä":"ae","Ö":"OE","ö":"oe","Ü":"UE","ü":"ue","ß":"ss","ẞ":"SS","Ä":"AE","ä":"ae","Ö":"OE","ö":"oe","Ü":"UE","ü":"ue"}}},
  khmer: {"version":"1","letters":{"ក":"ក","ខ":"ខ","គ":"គ","ឃ":"ឃ","ង":"ង","ច":"ច","ឆ":"ឆ","ជ":"ជ","ឈ":"ឈ","ញ":"ញ","ដ":"ដ","ឋ":"ឋ","ឌ":"ឌ","ឍ":"ឍ","ណ":"ណ","ត":"ត","ថ":"ថ","ទ":"ទ","ធ":"ធ","ន":"ន","ប":"ប","ផ":"ផ","ព":"ព","ភ":"ភ","ម":"ម","យ":"យ","រ":"រ","ល":"ល","វ":"វ","ឝ":"ឝ","ឞ":"ឞ","ស":"ស","ហ":"ហ","ឡ":"ឡ","អ":"អឣ","អា":"ឤ","ឥ":"ឥ","ឦ":"ឦ","ឧ":"ឧ","ឧក":"ឨ","ឩ":"ឩ","ឪ":"ឪ","ឫ":"ឫ","ឬ":"ឬ","ឭ":"ឭ","ឮ":"ឮ","ឯ":"ឯ","ឰ":"ឰ","ឱ":"ឱឲ","ឳ":"ឳ","ា":"ា","ិ":"ិ","ី":"ី","ឹ":"ឹ","ឺ":"ឺ","ុ":"ុ","ូ":"ូ","ួ":"ួ","ើ":"ើ","ឿ":"ឿ","ៀ":"ៀ","េ":"េ","ែ":"ែ","ៃ":"ៃ","ោ":"ោ","ៅ":"ៅ","ំ":"ំ","ះ":"ះ","ៈ":"ៈ","៉":"៉","៊":"៊","់":"់","៌":"៌","៍":"៍","៎":"៎","៏":"៏","័":"័","៑":"៑","្":"្","៓":"៓","៝":"៝"},"consonants":"កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ","code_letters":{"ក":"ក","ខ":"ខ","គ":"គ","ឃ":"ឃ","ង":"ង","ច":"ច","ឆ":"ឆ","ជ":"ជ","ឈ":"ឈ","ញ":"ញ","ដ":"ដ","ឋ":"ឋ","ឌ":"ឌ","ឍ":"ឍ","ណ":"ណ","ត":"ត","ថ":"ថ","ទ":"ទ","ធ":"ធ","ន":"ន","ប":"ប","ផ":"ផ","ព":"ព","ភ":"ភ","ម":"ម","យ":"យ","រ":"រឫឬ","ល":"លឭឮ","វ":"វ","ស":"សឝឞ","ហ":"ហ","ឡ":"ឡ","អ":"អឣឤឥឦឧឨឩឪឯឰឱឲឳ"},"check_symbols":{"ក":"0","ខ":"1","គ":"2","ឃ":"3","ង":"4","ច":"5","ឆ":"6","ជ":"7","ឈ":"8","ញ":"9","ដ":"A","ឋ":"B","ឌ":"C","ឍ":"D","ណ":"E","ត":"F","ថ":"G","ទ":"H","ធ":"I","ន":"J","ប":"K","ផ":"L","ព":"M","ភ":"N","ម":"O","យ":"P","រ":"Q","ល":"R","វ":"S","ស":"T","ហ":"U","ឡ":"V","អ":"W"},"robat":"៌","coeng":"្","last_subscript":"រ","subscript_folds":{"ដ":"ត"},"shifters":"៉៊","vowels":"េែៃើឿៀោៅុូួិីឹឺា","signs":"ំះៈ់៍៎៏័៑៓៝","vowel_folds":[["េ","ី","ើ"],["េ","ា","ោ"]],"lowered":{"vowel":"ុ","above":"ិីឹឺើឿ៝័","pair":"ាំ","strong":"៊","weak":"៉","series_one":"កខគឃចឆជឈដឋឌឍតថទធផពភឞសហអ","always_weak":"ប"},"killer":"៍","sounds":{"ក":"កគ","ខ":"ខឃ","ង":"ង","ច":"ចជ","ឆ":"ឆឈ","ញ":"ញ","ដ":"ដឌ","ត":"តទ","ថ":"ឋឍថធ","ន":"ណន","ប":"ប","ផ":"ផភ","ព":"ព","ម":"ម","យ":"យ","រ":"រឫឬ","ល":"លឡឭឮ","វ":"វ","ស":"សឝឞ","ហ":"ហ","អ":"អឥឦឧឩឪឯឰឱឳ"}},
  thai: {"version":"1","letters":{"ก":"ก","ข":"ข","ฃ":"ฃ","ค":"ค","ฅ":"ฅ","ฆ":"ฆ","ง":"ง","จ":"จ","ฉ":"ฉ","ช":"ช","ซ":"ซ","ฌ":"ฌ","ญ":"ญ","ฎ":"ฎ","ฏ":"ฏ","ฐ":"ฐ","ฑ":"ฑ","ฒ":"ฒ","ณ":"ณ","ด":"ด","ต":"ต","ถ":"ถ","ท":"ท","ธ":"ธ","น":"น","บ":"บ","ป":"ป","ผ":"ผ","ฝ":"ฝ","พ":"พ","ฟ":"ฟ","ภ":"ภ","ม":"ม","ย":"ย","ร":"ร","ฤ":"ฤ","ล":"ล","ฦ":"ฦ","ว":"ว","ศ":"ศ","ษ":"ษ","ส":"ส","ห":"ห","ฬ":"ฬ","อ":"อ","ฮ":"ฮ","ะ":"ะ","ั":"ั","า":"าๅ","ำ":"ำ","ิ":"ิ","ี":"ี","ึ":"ึ","ื":"ื","ุ":"ุ","ู":"ู","ฺ":"ฺ","เ":"เ","แ":"แ","โ":"โ","ใ":"ใ","ไ":"ไ","็":"็","่":"่","้":"้","๊":"๊","๋":"๋","์":"์","ํ":"ํ","๎":"๎"},"consonants":"กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮ","above_below":"ัิีึืฺุู","tones":"็่้๊๋์ํ๎","sounds":{"ก":"ก","ค":"ขฃคฅฆ","ง":"ง","จ":"จ","ช":"ฉชฌ","ส":"ซศษส","ย":"ญย","ด":"ฎด","ต":"ฏต","ท":"ฐฑฒถทธ","น":"ณน","บ":"บ","ป":"ป","พ":"ผพภ","ฟ":"ฝฟ","ม":"ม","ร":"รฤ","ล":"ลฦฬ","ว":"ว","ห":"หฮ","อ":"อ"}},
  cyrillic: {"version":"1","letters":{"Ђ":"Ђђ","Ѕ":"Ѕѕ","Ј":"Јј","Љ":"Љљ","Њ":"Њњ","Ћ":"Ћћ","Џ":"Џџ","А":"АаӐӑӒӓӘәӚӛ","Б":"Бб","В":"Вв","Г":"ЃГгѓҐґҒғ","Д":"Дд","Е":"ЀЁЄЕЭеэѐёєӖӗӬӭ","Ж":"ЖжӁӂӜӝ","З":"ЗзӞӟ","И":"ІЇЍИЙЫийыіїѝӢӣӤӥӸӹ","К":"ЌКкќҚқ","Л":"Лл","М":"Мм","Н":"НнҢң","О":"ОоӦӧӨөӪӫ","П":"Пп","Р":"Рр","С":"Сс","Т":"Тт","У":"ЎУуўҮүҰұӮӯӰӱӲӳ","Ф":"Фф","Х":"ХхҲҳҺһ","Ц":"Цц","Ч":"ЧчҶҷӴӵ","Ш":"Шш","Щ":"Щщ","Ю":"Юю","Я":"Яя","Ѡ":"Ѡѡ","Ѣ":"Ѣѣ","Ѥ":"Ѥѥ","Ѧ":"Ѧѧ","Ѩ":"Ѩѩ","Ѫ":"Ѫѫ","Ѭ":"Ѭѭ","Ѯ":"Ѯѯ","Ѱ":"Ѱѱ","Ѳ":"Ѳѳ","Ѵ":"ѴѵѶѷ","Ѹ":"Ѹѹ","Ѻ":"Ѻѻ","Ѽ":"Ѽѽ","Ѿ":"Ѿѿ","Ҁ":"Ҁҁ","Ҋ":"Ҋҋ","Ҍ":"Ҍҍ","Ҏ":"Ҏҏ","Ҕ":"Ҕҕ","Җ":"Җҗ","Ҙ":"Ҙҙ","Ҝ":"Ҝҝ","Ҟ":"Ҟҟ","Ҡ":"Ҡҡ","Ҥ":"Ҥҥ","Ҧ":"Ҧҧ","Ҩ":"Ҩҩ","Ҫ":"Ҫҫ","Ҭ":"Ҭҭ","Ҵ":"Ҵҵ","Ҹ":"Ҹҹ","Ҽ":"Ҽҽ","Ҿ":"Ҿҿ","Ӏ":"Ӏӏ","Ӄ":"Ӄӄ","Ӆ":"Ӆӆ","Ӈ":"Ӈӈ","Ӊ":"Ӊӊ","Ӌ":"Ӌӌ","Ӎ":"Ӎӎ","Ӕ":"Ӕӕ","Ӡ":"Ӡӡ","Ӷ":"Ӷӷ","Ӻ":"Ӻӻ","Ӽ":"Ӽӽ","Ӿ":"Ӿӿ","Ԁ":"Ԁԁ","Ԃ":"Ԃԃ","Ԅ":"Ԅԅ","Ԇ":"Ԇԇ","Ԉ":"Ԉԉ","Ԋ":"Ԋԋ","Ԍ":"Ԍԍ","Ԏ":"Ԏԏ","Ԑ":"Ԑԑ","Ԓ":"Ԓԓ","Ԕ":"Ԕԕ","Ԗ":"Ԗԗ","Ԙ":"Ԙԙ","Ԛ":"Ԛԛ","Ԝ":"Ԝԝ","Ԟ":"Ԟԟ","Ԡ":"Ԡԡ","Ԣ":"Ԣԣ","Ԥ":"Ԥԥ","Ԧ":"Ԧԧ","Ԩ":"Ԩԩ","Ԫ":"Ԫԫ","Ԭ":"Ԭԭ","Ԯ":"Ԯԯ"},"dropped":"ЪЬъь","names":{"АЛЕКСАНДР":["ОЛЕКСАНДР","АЛЯКСАНДР"],"АЛЕКСАНДРА":["ОЛЕКСАНДРА","АЛЯКСАНДРА"],"АЛЕКСЕИ":["ОЛЕКСИИ","АЛЯКСЕИ"],"АЛЕНА":["АЛОНА"],"АЛЕСЯ":["ОЛЕСЯ"],"АНДРЕИ":["АНДРИИ"],"АННА":["ГАННА"],"ВАСИЛИИ":["ВАСИЛ"],"ВЕРА":["ВИРА"],"ВЛАДИМИР":["ВОЛОДИМИР","УЛАДЗИМИР"],"ДАНИИЛ":["ДАНИЛО","ДАНИЛ"],"ДАРЯ":["ДАРИЯ"],"ДМИТРИИ":["ДМИТРО","ДЗМИТРИИ"],"ЕВГЕНИИ":["ЕВГЕН","ЯУГЕН"],"ЕКАТЕРИНА":["КАТЕРИНА","КАЦЯРИНА"],"ЕЛЕНА":["ОЛЕНА"],"ИЛЯ":["ИЛЛЯ"],"ИОСИФ":["ИОСИП","ОСИП"],"КИРИЛЛ":["КИРИЛО","КИРИЛ"],"КОНСТАНТИН":["КОСТЯНТИН"],"МАТВЕИ":["МАТВИИ"],"МИХАИЛ":["МИХАИЛО"],"НАДЕЖДА":["НАДИЯ"],"НАТАЛЯ":["НАТАЛИЯ"],"НИКИТА":["МИКИТА"],"НИКОЛАИ":["МИКОЛА","МИКАЛАИ"],"ОЛГА":["ВОЛГА"],"ПАВЕЛ":["ПАВЛО"],"ПЕТР":["ПЕТРО"],"СВЕТЛАНА":["СВИТЛАНА","СВЯТЛАНА"],"СЕРГЕИ":["СЕРГИИ","СЯРГЕИ"],"СОФЯ":["СОФИЯ"],"ТАТЯНА":["ТЕТЯНА","ТАЦЦЯНА","ТАЦЯНА"],"ТИМОФЕИ":["ТИМОФИИ"],"ФЕДОР":["ФЕДИР"],"ФИЛИПП":["ПИЛИП","ФИЛИП"],"ЯКОВ":["ЯКИВ"]},"sounds":{"1":"БПФВ","2":"КГХЦЧШЩЖСЗЏЋЂЅ","3":"ДТ","4":"ЛЉ","5":"МНЊ","6":"Р"}},
  arabic: {"version":"1","letters":{"ء":"ءﺀ","ا":"آأإاٱٲٳﭐﭑﴼﴽﺁﺂﺃﺄﺇﺈﺍﺎ","اٴ":"ٵ","ب":"بﺏﺐﺑﺒ","بج":"ﰅﲜ","بح":"ﰆﲝ","بحي":"ﷂ","بخ":"ﰇﲞ","بخي":"ﶞ","بر":"ﱪ","بز":"ﱫ","بم":"ﰈﱬﲟﳡ","بن":"ﱭ","به":"ﲠﳢ","بي":"ﰉﰊﱮﱯ","ت":"تٹﭦﭧﭨﭩﺕﺖﺗﺘ","تج":"ﰋﲡ","تجم":"ﵐ","تجي":"ﶟﶠ","تح":"ﰌﲢ","تحج":"ﵑﵒ","تحم":"ﵓ","تخ":"ﰍﲣ","تخم":"ﵔ","تخي":"ﶡﶢ","تر":"ﱰ","تز":"ﱱ","تم":"ﰎﱲﲤﳣ","تمج":"ﵕ","تمح":"ﵖ","تمخ":"ﵗ","تمي":"ﶣﶤ","تن":"ﱳ","ته":"ﲥﳤ","تي":"ﰏﰐﱴﱵ","ث":"ثﺙﺚﺛﺜ","ثج":"ﰑ","ثر":"ﱶ","ثز":"ﱷ","ثم":"ﰒﱸﲦﳥ","ثن":"ﱹ","ثه":"ﳦ","ثي":"ﰓﰔﱺﱻ","ج":"جﺝﺞﺟﺠ","جح":"ﰕﲧ","جحي":"ﶦﶾ","جم":"ﰖﲨ","جمح":"ﵘﵙ","جمي":"ﶥﶧ","جي":"ﴁﴂﴝﴞ","ح":"حﺡﺢﺣﺤ","حج":"ﰗﲩ","حجي":"ﶿ","حم":"ﰘﲪ","حمي":"ﵚﵛ","حي":"ﳿﴀﴛﴜ","خ":"خﺥﺦﺧﺨ","خج":"ﰙﲫ","خح":"ﰚ","خم":"ﰛﲬ","خي":"ﴃﴄﴟﴠ","د":"دڈﮈﮉﺩﺪ","ذ":"ذﱛﺫﺬ","ر":"رڑﮌﮍﱜﺭﺮ","ز":"زﺯﺰ","س":"سﺱﺲﺳﺴ","سج":"ﰜﲭﴴ","سجح":"ﵝ","سجي":"ﵞ","سح":"ﰝﲮﴵ","سحج":"ﵜ","سخ":"ﰞﲯﴶ","سخي":"ﶨﷆ","سر":"ﴎﴪ","سم":"ﰟﲰﳧ","سمج":"ﵡ","سمح":"ﵟﵠ","سمم":"ﵢﵣ","سه":"ﳨﴱ","سي":"ﳻﳼﴗﴘ","ش":"شﺵﺶﺷﺸ","شج":"ﴉﴥﴭﴷ","شجي":"ﵩ","شح":"ﴊﴦﴮﴸ","شحم":"ﵧﵨ","شحي":"ﶪ","شخ":"ﴋﴧﴯﴹ","شر":"ﴍﴩ","شم":"ﳩﴌﴨﴰ","شمخ":"ﵪﵫ","شمم":"ﵬﵭ","شه":"ﳪﴲ","شي":"ﳽﳾﴙﴚ","ص":"صﺹﺺﺻﺼ","صح":"ﰠﲱ","صحح":"ﵤﵥ","صحي":"ﶩ","صخ":"ﲲ","صر":"ﴏﴫ","صلي":"ﷰ","صم":"ﰡﲳ","صمم":"ﵦﷅ","صي":"ﴅﴆﴡﴢ","ض":"ضﺽﺾﺿﻀ","ضج":"ﰢﲴ","ضح":"ﰣﲵ","ضحي":"ﵮﶫ","ضخ":"ﰤﲶ","ضخم":"ﵯﵰ","ضر":"ﴐﴬ","ضم":"ﰥﲷ","ضي":"ﴇﴈﴣﴤ","ط":"طﻁﻂﻃﻄ","طح":"ﰦﲸ","طم":"ﰧﴳﴺ","طمح":"ﵱﵲ","طمم":"ﵳ","طمي":"ﵴ","طي":"ﳵﳶﴑﴒ","ظ":"ظﻅﻆﻇﻈ","ظم":"ﰨﲹﴻ","ع":"عﻉﻊﻋﻌ","عج":"ﰩﲺ","عجم":"ﵵﷄ","عم":"ﰪﲻ","عمم":"ﵶﵷ","عمي":"ﵸﶶ","عي":"ﳷﳸﴓﴔ","غ":"غﻍﻎﻏﻐ","غج":"ﰫﲼ","غم":"ﰬﲽ","غمم":"ﵹ","غمي":"ﵺﵻ","غي":"ﳹﳺﴕﴖ","ف":"فﻑﻒﻓﻔ","فج":"ﰭﲾ","فح":"ﰮﲿ","فخ":"ﰯﳀ","فخم":"ﵼﵽ","فم":"ﰰﳁ","فمي":"ﷁ","في":"ﰱﰲﱼﱽ","ق":"قﻕﻖﻗﻘ","قح":"ﰳﳂ","قلي":"ﷱ","قم":"ﰴﳃ","قمح":"ﵾﶴ","قمم":"ﵿ","قمي":"ﶲ","قي":"ﰵﰶﱾﱿ","ك":"كکڪﮎﮏﮐﮑﻙﻚﻛﻜ","كا":"ﰷﲀ","كج":"ﰸﳄ","كح":"ﰹﳅ","كخ":"ﰺﳆ","كل":"ﰻﲁﳇﳫ","كم":"ﰼﲂﳈﳬ","كمم":"ﶻﷃ","كمي":"ﶷ","كي":"ﰽﰾﲃﲄ","ل":"لﻝﻞﻟﻠ","لا":"ﻵﻶﻷﻸﻹﻺﻻﻼ","لج":"ﰿﳉ","لجج":"ﶃﶄ","لجم":"ﶺﶼ","لجي":"ﶬ","لح":"ﱀﳊ","لحم":"ﶀﶵ","لحي":"ﶁﶂ","لخ":"ﱁﳋ","لخم":"ﶅﶆ","لم":"ﱂﲅﳌﳭ","لمح":"ﶇﶈ","لمي":"ﶭ","له":"ﳍ","لي":"ﱃﱄﲆﲇ","م":"مﻡﻢﻣﻤ","ما":"ﲈ","مج":"ﱅﳎ","مجح":"ﶌ","مجخ":"ﶒ","مجم":"ﶍ","مجي":"ﷀ","مح":"ﱆﳏ","محج":"ﶉ","محم":"ﶊ","محي":"ﶋ","مخ":"ﱇﳐ","مخج":"ﶎ","مخم":"ﶏ","مخي":"ﶹ","مم":"ﱈﲉﳑ","ممي":"ﶱ","مي":"ﱉﱊ","ن":"نںﮞﮟﻥﻦﻧﻨ","نج":"ﱋﳒ","نجح":"ﶸﶽ","نجم":"ﶗﶘ","نجي":"ﶙﷇ","نح":"ﱌﳓ","نحم":"ﶕ","نحي":"ﶖﶳ","نخ":"ﱍﳔ","نر":"ﲊ","نز":"ﲋ","نم":"ﱎﲌﳕﳮ","نمي":"ﶚﶛ","نن":"ﲍ","نه":"ﳖﳯ","ني":"ﱏﱐﲎﲏ","ه":"ةهھۀہۂۃەﮤﮥﮦﮧﮨﮩﮪﮫﮬﮭﳙﺓﺔﻩﻪﻫﻬ","هج":"ﱑﳗ","هم":"ﱒﳘ","همج":"ﶓ","همم":"ﶔ","هي":"ﱓﱔ","و":"ؤوۆۇۈۋﯗﯘﯙﯚﯛﯜﯞﯟﺅﺆﻭﻮ","وٴ":"ٶٷﯝ","ي":"ئىيیۍېےۓﮮﮯﮰﮱﯤﯥﯦﯧﯨﯩﯼﯽﯾﯿﱝﲐﺉﺊﺋﺌﻯﻰﻱﻲﻳﻴ","يا":"ﯪﯫ","يج":"ﰀﱕﲗﳚ","يجي":"ﶯ","يح":"ﰁﱖﲘﳛ","يحي":"ﶮ","يخ":"ﱗﲙﳜ","ير":"ﱤﲑ","يز":"ﱥﲒ","يم":"ﰂﱘﱦﲓﲚﳝﳟﳰ","يمم":"ﶜﶝ","يمي":"ﶰ","ين":"ﱧﲔ","يه":"ﯬﯭﲛﳞﳠﳱ","يو":"ﯮﯯﯰﯱﯲﯳﯴﯵ","يي":"ﯶﯷﯸﯹﯺﯻﰃﰄﱙﱚﱨﱩﲕﲖ","يٴ":"ٸ","ٮ":"ٮ","ٯ":"ٯ","ٴ":"ٴ","ٺ":"ٺﭞﭟﭠﭡ","ٻ":"ٻﭒﭓﭔﭕ","ټ":"ټ","ٽ":"ٽ","پ":"پﭖﭗﭘﭙ","ٿ":"ٿﭢﭣﭤﭥ","ڀ":"ڀﭚﭛﭜﭝ","ځ":"ځ","ڂ":"ڂ","ڃ":"ڃﭶﭷﭸﭹ","ڄ":"ڄﭲﭳﭴﭵ","څ":"څ","چ":"چﭺﭻﭼﭽ","ڇ":"ڇﭾﭿﮀﮁ","ډ":"ډ","ڊ":"ڊ","ڋ":"ڋ","ڌ":"ڌﮄﮅ","ڍ":"ڍﮂﮃ","ڎ":"ڎﮆﮇ","ڏ":"ڏ","ڐ":"ڐ","ڒ":"ڒ","ړ":"ړ","ڔ":"ڔ","ڕ":"ڕ","ږ":"ږ","ڗ":"ڗ","ژ":"ژﮊﮋ","ڙ":"ڙ","ښ":"ښ","ڛ":"ڛ","ڜ":"ڜ","ڝ":"ڝ","ڞ":"ڞ","ڟ":"ڟ","ڠ":"ڠ","ڡ":"ڡ","ڢ":"ڢ","ڣ":"ڣ","ڤ":"ڤﭪﭫﭬﭭ","ڥ":"ڥ","ڦ":"ڦﭮﭯﭰﭱ","ڧ":"ڧ","ڨ":"ڨ","ګ":"ګ","ڬ":"ڬ","ڭ":"ڭﯓﯔﯕﯖ","ڮ":"ڮ","گ":"گﮒﮓﮔﮕ","ڰ":"ڰ","ڱ":"ڱﮚﮛﮜﮝ","ڲ":"ڲ","ڳ":"ڳﮖﮗﮘﮙ","ڴ":"ڴ","ڵ":"ڵ","ڶ":"ڶ","ڷ":"ڷ","ڸ":"ڸ","ڹ":"ڹ","ڻ":"ڻﮠﮡﮢﮣ","ڼ":"ڼ","ڽ":"ڽ","ڿ":"ڿ","ۄ":"ۄ","ۅ":"ۅﯠﯡ","ۉ":"ۉﯢﯣ","ۊ":"ۊ","ێ":"ێ","ۏ":"ۏ","ۑ":"ۑ","ﹳ":"ﹳ"},"weak":"اوي"},
  other: {"version":"1","letters":{"greek":{"Ͱ":"Ͱͱ","Ͳ":"Ͳͳ","Ͷ":"Ͷͷ","Ϳ":"Ϳϳ","Α":"ΆΑάαἀἁἂἃἄἅἆἇἈἉἊἋἌἍἎἏὰάᾰᾱᾶᾸᾹᾺΆ","ΑΙ":"ᾀᾁᾂᾃᾄᾅᾆᾇᾲᾳᾴᾷ","Β":"Ββϐ","Γ":"Γγ","Δ":"Δδ","Ε":"ΈΕέεϵἐἑἒἓἔἕἘἙἚἛἜἝὲέῈΈ","Ζ":"Ζζ","Η":"ΉΗήηἠἡἢἣἤἥἦἧἨἩἪἫἬἭἮἯὴήῆῊΉ","ΗΙ":"ᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῇ","Θ":"Θθϑϴ","Ι":"ΊΐΙΪίιϊἰἱἲἳἴἵἶἷἸἹἺἻἼἽἾἿὶίιῐῑῒΐῖῗῘῙῚΊ","Κ":"Κκϰ","Λ":"Λλ","Μ":"Μμ","Ν":"Νν","Ξ":"Ξξ","Ο":"ΌΟοόὀὁὂὃὄὅὈὉὊὋὌὍὸόῸΌ","Π":"Ππϖ","Ρ":"ΡρϱῤῥῬ","Σ":"ΣςσϲϹ","Τ":"Ττ","Υ":"ΎΥΫΰυϋύϒϓϔὐὑὒὓὔὕὖὗὙὛὝὟὺύῠῡῢΰῦῧῨῩῪΎ","Φ":"Φφϕ","Χ":"Χχ","Ψ":"Ψψ","Ω":"ΏΩωώὠὡὢὣὤὥὦὧὨὩὪὫὬὭὮὯὼώῶῺΏ","ΩΙ":"ᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῷ","Ϗ":"Ϗϗ","Ϙ":"Ϙϙ","Ϛ":"Ϛϛ","Ϝ":"Ϝϝ","Ϟ":"Ϟϟ","Ϡ":"Ϡϡ","Ϣ":"Ϣϣ","Ϥ":"Ϥϥ","Ϧ":"Ϧϧ","Ϩ":"Ϩϩ","Ϫ":"Ϫϫ","Ϭ":"Ϭϭ","Ϯ":"Ϯϯ","Ϸ":"Ϸϸ","Ϻ":"Ϻϻ","ϼ":"ϼ","Ͻ":"ͻϽ","Ͼ":"ͼϾ","Ͽ":"ͽϿ"},"armenian":{"Ա":"Աա","Բ":"Բբ","Գ":"Գգ","Դ":"Դդ","Ե":"Եե","ԵՒ":"և","Զ":"Զզ","Է":"Էէ","Ը":"Ըը","Թ":"Թթ","Ժ":"Ժժ","Ի":"Իի","Լ":"Լլ","Խ":"Խխ","Ծ":"Ծծ","Կ":"Կկ","Հ":"Հհ","Ձ":"Ձձ","Ղ":"Ղղ","Ճ":"Ճճ","Մ":"Մմ","Յ":"Յյ","Ն":"Նն","Շ":"Շշ","Ո":"Ոո","Չ":"Չչ","Պ":"Պպ","Ջ":"Ջջ","Ռ":"Ռռ","Ս":"Սս","Վ":"Վվ","Տ":"Տտ","Ր":"Րր","Ց":"Ցց","Ւ":"Ււ","Փ":"Փփ","Ք":"Քք","Օ":"Օօ","Ֆ":"Ֆֆ","ՠ":"ՠ"}},"kept":{"hebrew":["05D0-05EA"],"devanagari":["0900-0963","0971-097F"],"bengali":["0980-0983","0985-098C","098F-0990","0993-09A8","09AA-09B0","09B2","09B6-09B9","09BC-09C4","09C7-09C8","09CB-09CE","09D7","09DC-09DD","09DF-09E3","09F0-09F1","09FC","09FE"],"gurmukhi":["0A01-0A03","0A05-0A0A","0A0F-0A10","0A13-0A28","0A2A-0A30","0A32-0A33","0A35-0A36","0A38-0A39","0A3C","0A3E-0A42","0A47-0A48","0A4B-0A4D","0A51","0A59-0A5C","0A5E","0A70-0A75"],"gujarati":["0A81-0A83","0A85-0A8D","0A8F-0A91","0A93-0AA8","0AAA-0AB0","0AB2-0AB3","0AB5-0AB9","0ABC-0AC5","0AC7-0AC9","0ACB-0ACD","0AD0","0AE0-0AE3","0AF9-0AFF"],"oriya":["0B01-0B03","0B05-0B0C","0B0F-0B10","0B13-0B28","0B2A-0B30","0B32-0B33","0B35-0B39","0B3C-0B44","0B47-0B48","0B4B-0B4D","0B55-0B57","0B5C-0B5D","0B5F-0B63","0B71"],"tamil":["0B82-0B83","0B85-0B8A","0B8E-0B90","0B92-0B95","0B99-0B9A","0B9C","0B9E-0B9F","0BA3-0BA4","0BA8-0BAA","0BAE-0BB9","0BBE-0BC2","0BC6-0BC8","0BCA-0BCD","0BD0","0BD7"],"telugu":["0C00-0C0C","0C0E-0C10","0C12-0C28","0C2A-0C39","0C3C-0C44","0C46-0C48","0C4A-0C4D","0C55-0C56","0C58-0C5A","0C5D","0C60-0C63"],"kannada":["0C80-0C83","0C85-0C8C","0C8E-0C90","0C92-0CA8","0CAA-0CB3","0CB5-0CB9","0CBC-0CC4","0CC6-0CC8","0CCA-0CCD","0CD5-0CD6","0CDD-0CDE","0CE0-0CE3","0CF1-0CF2"],"malayalam":["0D00-0D0C","0D0E-0D10","0D12-0D44","0D46-0D48","0D4A-0D4E","0D54-0D57","0D5F-0D63","0D7A-0D7F"],"sinhala":["0D81-0D83","0D85-0D96","0D9A-0DB1","0DB3-0DBB","0DBD","0DC0-0DC6","0DCA","0DCF-0DD4","0DD6","0DD8-0DDF","0DF2-0DF3"],"lao":["0E81-0E82","0E84","0E86-0E8A","0E8C-0EA3","0EA5","0EA7-0EAE","0EB0-0EBD","0EC0-0EC4","0EC8-0ECD","0EDC-0EDF"],"tibetan":["0F00","0F18-0F19","0F35","0F37","0F39","0F3E-0F47","0F49-0F6C","0F71-0F84","0F86-0F97","0F99-0FBC"],"myanmar":["1000-103F","1050-108F","109A-109D"],"georgian":["10D0-10FA","10FC-10FF"],"hangul":["1100-11FF","3131-318E","AC00-D7A3"],"ethiopic":["1200-1248","124A-124D","1250-1256","1258","125A-125D","1260-1288","128A-128D","1290-12B0","12B2-12B5","12B8-12BE","12C0","12C2-12C5","12C8-12D6","12D8-1310","1312-1315","1318-135A","135D-135F"],"kana":["3041-3096","3099-309A","30A1-30FA","30FC"],"han":["3400-4DBF","4E00-9FFC"]}},
};
// END TABLES

export const VERSION = "1";

const UNKNOWN = "\ufffd";
const SCRIPTS = ["latin", "khmer", "thai", "cyrillic", "arabic"];

// ---------------------------------------------------------------- tables, made ready once

const LETTER = new Map(); // character -> canonical letters
const SCRIPT = new Map(); // letter -> script
const DIGIT = new Map(); // digit of any script -> 0-9
const DROPPED = new Set();
const SEPARATOR = new Set();
const KEPT = new Set(); // letters of the scripts that are kept as written

function eachPoint(ranges, use) {
  for (const item of ranges) {
    const [first, last = first] = item.split("-").map((hex) => parseInt(hex, 16));
    for (let point = first; point <= last; point += 1) use(String.fromCodePoint(point));
  }
}

function addLetters(script, letters) {
  for (const [target, forms] of Object.entries(letters)) {
    for (const form of forms) {
      LETTER.set(form, target);
      SCRIPT.set(form, script);
    }
    for (const letter of target) SCRIPT.set(letter, script);
  }
}

for (const script of SCRIPTS) addLetters(script, TABLES[script].letters);
for (const [script, letters] of Object.entries(TABLES.other.letters)) addLetters(script, letters);
for (const [script, ranges] of Object.entries(TABLES.other.kept)) {
  eachPoint(ranges, (letter) => {
    LETTER.set(letter, letter);
    SCRIPT.set(letter, script);
    KEPT.add(letter);
  });
}
eachPoint(TABLES.shared.dropped, (sign) => DROPPED.add(sign));
for (const sign of TABLES.shared.apostrophes + TABLES.cyrillic.dropped) DROPPED.add(sign);
eachPoint(TABLES.shared.separators, (sign) => SEPARATOR.add(sign));
for (const [digit, forms] of Object.entries(TABLES.shared.digits)) {
  for (const form of forms) DIGIT.set(form, digit);
}

function inverted(table) {
  const found = new Map();
  for (const [target, forms] of Object.entries(table)) {
    for (const form of forms) found.set(form, target);
  }
  return found;
}

const CYRILLIC_NAMES = inverted(TABLES.cyrillic.names);
const CYRILLIC_SOUNDS = inverted(TABLES.cyrillic.sounds);
const THAI_SOUNDS = inverted(TABLES.thai.sounds);
const KHMER_SOUNDS = inverted(TABLES.khmer.sounds);
const KHMER_CODE_LETTERS = inverted(TABLES.khmer.code_letters);

// ---------------------------------------------------------------- normalising, spec/normalisation.md

/** Map every character by the tables: letters, one space for a separator, a mark for the rest. */
function mapped(text, digitsKept) {
  let out = "";
  for (const sign of text) {
    if (DROPPED.has(sign)) continue;
    if (LETTER.has(sign)) out += LETTER.get(sign);
    else if (DIGIT.has(sign)) out += digitsKept ? DIGIT.get(sign) : " ";
    else out += SEPARATOR.has(sign) ? " " : UNKNOWN;
  }
  return out;
}

/** Put the signs of Khmer, Thai and the kept scripts into canonical order. */
function ordered(letters) {
  const out = orderedThai(orderedKhmer(letters));
  return [...out].some((letter) => KEPT.has(letter)) ? out.normalize("NFC") : out;
}

/** The letters of a name, or null where there is none. */
export function normaliseName(text) {
  const letters = ordered(mapped(text, false).replaceAll(" ", "").replaceAll(UNKNOWN, ""));
  return (CYRILLIC_NAMES.get(letters) ?? letters) || null;
}

/** A place or street: letters, ASCII digits, single spaces; null where nothing is left. */
export function normaliseText(text) {
  const words = ordered(mapped(text, true).replaceAll(UNKNOWN, " ")).split(" ");
  return words.filter(Boolean).join(" ") || null;
}

/** The words of a name; a character that no table lists is marked U+FFFD. */
export function nameWords(text) {
  return ordered(mapped(text, false)).split(" ").filter(Boolean);
}

/** Whether a text holds a character that no table lists. */
export function hasUnknown(text) {
  return mapped(text, false).includes(UNKNOWN);
}

/** The one script of the letters, "mixed", or null. */
export function scriptOf(text) {
  const found = new Set();
  for (const letter of text) if (SCRIPT.has(letter)) found.add(SCRIPT.get(letter));
  if (found.size === 0) return null;
  return found.size > 1 ? "mixed" : [...found][0];
}

const isKhmerLetter = (sign) => sign >= "\u1780" && sign <= "\u17b3";
const isKhmerMark = (sign) => KHMER_ORDER.includes(sign);
const KHMER_ORDER = TABLES.khmer.robat + TABLES.khmer.shifters + TABLES.khmer.vowels + TABLES.khmer.signs;

/** Section 4: read cluster by cluster; a coeng takes the next letter, a stray mark is lost. */
function orderedKhmer(text) {
  let out = "";
  let cluster = null;
  let waiting = false;
  const close = () => {
    if (cluster) out += writtenCluster(cluster);
    cluster = null;
    waiting = false;
  };
  for (const sign of text) {
    if (isKhmerLetter(sign)) {
      if (cluster && waiting) {
        cluster.subscripts.push(sign);
        waiting = false;
      } else {
        close();
        cluster = { base: sign, subscripts: [], marks: new Set() };
      }
    } else if (sign === TABLES.khmer.coeng) {
      waiting = true;
    } else if (isKhmerMark(sign)) {
      if (cluster) cluster.marks.add(sign);
    } else {
      close();
      out += sign;
    }
    if (!cluster) waiting = false;
  }
  close();
  return out;
}

function writtenCluster({ base, subscripts, marks }) {
  const table = TABLES.khmer;
  const below = [...new Set(subscripts.map((letter) => table.subscript_folds[letter] ?? letter))];
  const last = below.filter((letter) => letter === table.last_subscript);
  const stack = [...below.filter((letter) => letter !== table.last_subscript), ...last];
  for (const [first, second, both] of table.vowel_folds) {
    if (marks.has(first) && marks.has(second)) {
      marks.delete(first);
      marks.delete(second);
      marks.add(both);
    }
  }
  raiseLowered([base, ...stack], marks);
  const order = [...KHMER_ORDER].filter((mark) => marks.has(mark));
  const robat = order.filter((mark) => mark === table.robat);
  const rest = order.filter((mark) => mark !== table.robat);
  return base + robat.join("") + stack.map((letter) => table.coeng + letter).join("") + rest.join("");
}

/** A vowel U under a vowel that stands above is a shifter that was typed as U. */
function raiseLowered(letters, marks) {
  const rule = TABLES.khmer.lowered;
  const above = [...rule.above].some((mark) => marks.has(mark));
  const pair = [...rule.pair].every((mark) => marks.has(mark));
  if (!marks.has(rule.vowel) || !(above || pair)) return;
  marks.delete(rule.vowel);
  if (marks.has(rule.strong) || marks.has(rule.weak)) return;
  const has = (list) => letters.some((letter) => list.includes(letter));
  marks.add(has(rule.always_weak) || !has(rule.series_one) ? rule.weak : rule.strong);
}

const THAI_MARKS = TABLES.thai.above_below + TABLES.thai.tones;
const THAI_AM = "\u0e33";

/** Section 5: vowel signs before tones, each once, sara am last; split vowels joined. */
function orderedThai(text) {
  let joined = text.replaceAll("\u0e40\u0e40", "\u0e41");
  joined = joined.replace(new RegExp(`\u0e4d([${THAI_MARKS}]*)\u0e32`, "g"), `$1${THAI_AM}`);
  const rank = (mark) => (mark === THAI_AM ? 2 : TABLES.thai.tones.includes(mark) ? 1 : 0);
  return joined.replace(new RegExp(`[${THAI_MARKS}${THAI_AM}]{2,}`, "g"), (run) =>
    [...new Set(run)].sort((a, b) => rank(a) - rank(b) || a.codePointAt(0) - b.codePointAt(0)).join(""),
  );
}

/** The letters of a canonical name that a code may take. */
export function codeLetters(name) {
  const script = scriptOf(name);
  if (script === "thai") return [...name].filter((l) => TABLES.thai.consonants.includes(l)).join("");
  if (script !== "khmer") return name;
  let out = "";
  let below = false;
  for (const sign of name) {
    if (isKhmerLetter(sign) && !below) out += KHMER_CODE_LETTERS.get(sign);
    below = sign === TABLES.khmer.coeng;
  }
  return out;
}

// ---------------------------------------------------------------- pass keys, section 8

const squeezed = (text) => [...text].filter((sign, i, all) => sign !== all[i - 1]).join("");

/** American Soundex. */
export function soundex(name) {
  const code = (letter) => "01230120022455012623010202"[letter.charCodeAt(0) - 65];
  let out = name[0];
  let before = code(name[0]);
  for (const letter of name.slice(1)) {
    if (letter === "H" || letter === "W") continue;
    const digit = code(letter);
    if (digit !== before && digit !== "0") out += digit;
    before = digit;
  }
  return `${out}000`.slice(0, 4);
}

function khmerSound(name) {
  const clusters = [];
  let below = false;
  for (const sign of name) {
    if (isKhmerLetter(sign)) {
      if (below) clusters[clusters.length - 1].letters.push(sign);
      else clusters.push({ letters: [sign], silent: false });
    } else if (sign === TABLES.khmer.killer && clusters.length) {
      clusters[clusters.length - 1].silent = true;
    }
    below = sign === TABLES.khmer.coeng;
  }
  const spoken = clusters.filter((cluster) => !cluster.silent).flatMap((cluster) => cluster.letters);
  return squeezed(spoken.map((letter) => KHMER_SOUNDS.get(letter)).join(""));
}

function thaiSound(name) {
  const spoken = name.replace(/[\u0e01-\u0e2e][\u0e34-\u0e3a]?\u0e4c/g, "");
  return squeezed([...codeLettersThai(spoken)].map((letter) => THAI_SOUNDS.get(letter)).join(""));
}

const codeLettersThai = (name) => [...name].filter((l) => TABLES.thai.consonants.includes(l)).join("");

function cyrillicSound(name) {
  const digits = squeezed([...name].map((letter) => CYRILLIC_SOUNDS.get(letter) ?? "0").join(""));
  return `${name[0]}${digits.slice(1).replaceAll("0", "")}000`.slice(0, 4);
}

function arabicSound(name) {
  const [first, ...rest] = [...name];
  return squeezed(first + rest.filter((letter) => !TABLES.arabic.weak.includes(letter)).join(""));
}

/** The phonetic key of a canonical name; it stays in the name's script. */
export function sound(name) {
  const rules = { latin: soundex, khmer: khmerSound, thai: thaiSound, cyrillic: cyrillicSound, arabic: arabicSound };
  const rule = rules[scriptOf(name)];
  return (rule ? rule(name) : name) || name;
}

const SKELETON = { CHH: "C", CH: "C", J: "C", KH: "K", G: "K", Q: "K", PH: "P", F: "P", B: "P", TH: "T", D: "T",
  NH: "N", NY: "N", GN: "N", NG: "7", W: "V", Z: "S", X: "S" };

/** The consonant skeleton of a Latin spelling of a Khmer name. */
export function skeleton(name) {
  if (scriptOf(name) !== "latin") return sound(name);
  let out = "";
  for (let i = 0; i < name.length; ) {
    const size = [3, 2, 1].find((n) => i + n <= name.length && SKELETON[name.slice(i, i + n)]) ?? 1;
    const piece = name.slice(i, i + size);
    out += SKELETON[piece] ?? ("AEIOUHY".includes(piece) ? "" : piece);
    i += size;
  }
  return squeezed(out) || "0";
}

// ---------------------------------------------------------------- check characters, spec/code.md section 3

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";

/** The check character of a code, or null where a character is outside the alphabet. */
export function checkCharacter(code, method = "mod37_36") {
  let product = method === "mod37_36" ? 36 : 0;
  for (const sign of code) {
    const value = ALPHABET.indexOf(TABLES.khmer.check_symbols[sign] ?? sign);
    if (value < 0) return null;
    product = method === "mod37_36" ? (((product + value) % 36 || 36) * 2) % 37 : ((product + value) * 2) % 37;
  }
  return ALPHABET[method === "mod37_36" ? (37 - product) % 36 : (38 - product) % 37];
}

// ---------------------------------------------------------------- composing, spec/scheme.md section 4

const CALENDARS = { gregorian: 0, buddhist: 543 };
const TOKEN = /YYYY|YY|MM|DD|M/g;
const SEXES = ["M", "F", "other", "unknown"];
const hasNoWords = (value) => value === undefined || value === null || value === "";

/** Put the code of one person together: { code, check, script, flaws: [{ attribute, rule }] }. */
export function compose(scheme, given) {
  if (scheme.made === "assigned") throw new Error(`codes of ${scheme.id} are assigned, not derived`);
  const person = withOnlyName(scheme, given);
  const flaws = new Map();
  const flag = (attribute, rule) => flaws.set(`${attribute} ${rule}`, { attribute, rule });
  const scripts = [];
  const context = { scheme, person, flag, scripts };
  const pieces = scheme.components.map((component) => PIECES[component.kind](component, context));
  let code = pieces.includes(null) ? null : pieces.join("");
  let script = null;
  for (const [attribute, found] of scripts) {
    if (found === null) continue;
    if (script === null) script = found;
    else if (script !== found) {
      flag(attribute, "scripts_differ");
      code = null;
    }
  }
  if (code !== null && scheme.hash) code = hashed(code, scheme.hash);
  if (scheme.suffix) code = suffixed(code, context);
  const known = code === null || scheme.hash ? null : script;
  const check = code === null ? null : checkCharacter(code, scheme.check);
  return { code, check, script: known, flaws: [...flaws.values()] };
}

/** A person with one name only has it where the scheme wants it. */
function withOnlyName(scheme, person) {
  const rule = scheme.mononym;
  if (!rule || person[`${rule.target}_status`] !== "none" || !hasNoWords(person[rule.target])) return person;
  return { ...person, [rule.target]: person[rule.source], [rule.source]: null };
}

/** A name spelled for the scheme: its letters, or null with the reason, or absent. */
function spelled(attribute, component, { scheme, person, flag, scripts }, used = true) {
  const raw = person[attribute];
  if (hasNoWords(raw) || !used) return { letters: null, absent: true };
  const text = component.expand ? expanded(raw, TABLES.latin.expansions[component.expand]) : raw;
  const name = component.part === "first_word" ? firstWord(text, component) : normaliseName(text);
  if (hasUnknown(raw)) {
    flag(attribute, "unknown_character");
    return { letters: null, absent: false };
  }
  const script = name === null ? null : scriptOf(name);
  if (script !== null && !scheme.scripts.includes(script)) {
    flag(attribute, "script_not_allowed");
    return { letters: null, absent: false };
  }
  const letters = name === null ? "" : codeLetters(name);
  if (letters === "") {
    flag(attribute, "no_letters");
    return { letters: null, absent: true };
  }
  scripts.push([attribute, script]);
  return { letters, absent: false };
}

function expanded(text, table) {
  return Object.entries(table).reduce((done, [sign, letters]) => done.replaceAll(sign, letters), text);
}

function firstWord(text, component) {
  const words = nameWords(text);
  while (words.length > 1 && component.drop_words.includes(words[0])) words.shift();
  return words.length ? normaliseName(words[0]) : null;
}

/** Letters at the positions, or null where one lacks and there is no sign for it. */
function taken(letters, positions, short) {
  if (positions === "all") return letters;
  const found = positions.map((place) => [...letters][place - 1] ?? short);
  return found.includes(null) ? null : found.join("");
}

/** The sign that stands for an absent value, or null with the reason noted. */
function sign(component, { person, flag }, attribute = component.attribute) {
  const status = person[`${attribute}_status`];
  const word = ["refused", "unknown"].includes(status) ? status : "missing";
  const order = ["refused", "unknown", "missing"];
  const signs = order.slice(order.indexOf(word)).map((name) => component[name]);
  if (component.kind === "code" && word !== "missing") signs.splice(-1, 0, component.codes.unknown);
  const found = signs.find((one) => one !== null && one !== undefined);
  if (found === undefined) flag(attribute, word);
  return found ?? null;
}

const PIECES = {
  letters(component, context) {
    const name = spelled(component.attribute, component, context);
    if (!name.absent) {
      if (name.letters === null) return null;
      const found = taken(name.letters, component.letters, component.short);
      if (found === null) context.flag(component.attribute, "too_short");
      return found;
    }
    const whole = { part: "whole", expand: null };
    const parts = component.fallback.map((take) => {
      const other = spelled(take.attribute, whole, context);
      return other.letters === null ? null : taken(other.letters, take.letters, component.short);
    });
    if (parts.length && !parts.includes(null)) return parts.join("");
    return sign(component, context);
  },
  length(component, context) {
    const name = spelled(component.attribute, component, context);
    if (name.absent) return sign(component, context);
    if (name.letters === null) return null;
    const count = [...name.letters].length;
    return component.over_nine === "0" && count > 9 ? "0" : String(count);
  },
  soundex(component, context) {
    const name = spelled(component.attribute, { part: "whole", expand: null }, context);
    if (name.absent) return sign(component, context);
    return name.letters === null ? null : sound(name.letters);
  },
  date(component, context) {
    const text = context.person[component.attribute];
    if (hasNoWords(text)) return sign(component, context);
    const [year, month, day] = text.replace("~", "").split("-");
    const signs = { M: component.unknown_month, D: component.unknown_day };
    const parts = component.format.match(TOKEN).map((token) => {
      const part = { Y: year, M: month, D: day }[token[0]];
      if (part === undefined) {
        const stand = signs[token[0]] ?? null;
        if (stand === null) context.flag(component.attribute, { M: "no_month", D: "no_day" }[token[0]]);
        return stand;
      }
      if (token[0] === "Y") {
        const number = String(Number(part) + CALENDARS[component.calendar]).padStart(4, "0");
        return token === "YY" ? number.slice(-2) : number;
      }
      return token === "M" ? String(Number(part)) : part.padStart(2, "0");
    });
    return parts.includes(null) ? null : parts.join("");
  },
  code(component, context) {
    const answer = context.person[component.attribute];
    const domain = component.attribute === "sex" ? SEXES : component.values;
    if (!hasNoWords(answer) && domain.includes(answer)) {
      if (!component.refuse.includes(answer)) return component.codes[answer];
      context.flag(component.attribute, "answer_not_in_scheme");
      return null;
    }
    if (!hasNoWords(answer)) context.flag(component.attribute, "unknown_code");
    return sign(component, context);
  },
  number(component, context) {
    const answer = context.person[component.attribute];
    if (hasNoWords(answer)) return sign(component, context);
    const text = answer.trim();
    const top = component.largest ?? 10 ** component.digits - 1;
    if (!/^[0-9]{1,9}$/.test(text)) context.flag(component.attribute, "not_a_number");
    else if (Number(text) < component.smallest || Number(text) > top) {
      context.flag(component.attribute, "out_of_range");
    } else return String(Number(text)).padStart(component.digits, "0");
    return sign(component, context);
  },
  text(component, context) {
    const answer = context.person[component.attribute];
    if (hasNoWords(answer)) return sign(component, context);
    const text = capitals(answer.trim());
    if (new RegExp(`^${CLASSES[component.alphabet]}{${component.length}}$`).test(text)) return text;
    context.flag(component.attribute, "wrong_form");
    return sign(component, context);
  },
  literal: (component) => component.text,
};

function suffixed(code, { scheme, person, flag }) {
  const rule = scheme.suffix;
  const given = hasNoWords(person.code_suffix) ? rule.first : capitals(person.code_suffix);
  if (given !== rule.first && !(given.length === 1 && rule.taken.includes(given))) {
    flag("code_suffix", "suffix_not_allowed");
    return null;
  }
  return code === null ? null : code + given;
}

// ---------------------------------------------------------------- reading codes, spec/code.md section 4

const CLASSES = { digits: "[0-9]", letters: "[A-Z]", alphanumeric: "[0-9A-Z]" };
const PATTERNS = { YYYY: "[0-9]{4}", YY: "[0-9]{2}", MM: "(?:0[1-9]|1[0-2])", DD: "(?:0[1-9]|[12][0-9]|3[01])", M: "(?:1[0-2]|[1-9])" };
const capitals = (text) => text.replace(/[a-z]+/g, (run) => run.toUpperCase());

function scriptClass(script) {
  if (script === "latin") return "[A-Z]";
  const table = TABLES[script];
  return `[${[...new Set(table.consonants ?? Object.keys(table.letters).join(""))].join("")}]`;
}

function lettersPattern(component, scheme, lazy) {
  return scheme.scripts
    .map((script) => {
      const letter = scriptClass(script);
      if (component.letters === "all") return `${letter}+${lazy}`;
      const count = component.letters.length;
      const least = component.letters[0] === 1 ? 1 : 0;
      if (component.short === null) return `${letter}{${count}}`;
      if (component.short === "") return `${letter}{${least},${count}}${lazy}`;
      const full = [];
      for (let n = count; n >= least; n -= 1) full.push(`${letter}{${n}}${component.short.repeat(count - n)}`);
      return full.join("|");
    })
    .join("|");
}

const OWN = {
  letters: lettersPattern,
  length: (component, _, lazy) => (component.over_nine === "0" ? "[0-9]" : `[1-9][0-9]?${lazy}`),
  soundex: (_, scheme) => scheme.scripts.map((script) => `${scriptClass(script)}[0-6]{3}`).join("|"),
  date: (component) =>
    component.format
      .match(TOKEN)
      .map((token) => {
        const stand = { DD: component.unknown_day, MM: component.unknown_month }[token];
        return stand ? `(?:${PATTERNS[token]}|${stand})` : PATTERNS[token];
      })
      .join(""),
  code: (component) => [...new Set(Object.values(component.codes))].join("|"),
  number: (component) => `[0-9]{${component.digits}}`,
  text: (component) => `${CLASSES[component.alphabet]}{${component.length}}`,
  literal: (component) => [...component.text].map((one) => `[${one}]`).join(""),
};

const signsOf = (component) =>
  [component.missing, component.unknown, component.refused].filter((one) => one !== null && one !== undefined);

/** Name and pattern of every part of a code, in order. */
function partsOf(scheme, lazy = "") {
  const parts = scheme.hash
    ? [["hash", `[0-9A-F]{${scheme.hash.characters}}`]]
    : scheme.components.map((component) => {
        const signs = [...new Set(signsOf(component))].sort((a, b) => b.length - a.length);
        return [component.name, `(?:${[...signs, OWN[component.kind](component, scheme, lazy)].join("|")})`];
      });
  if (scheme.suffix) {
    const { taken: given, first } = scheme.suffix;
    parts.push(["suffix", `[${given}${first}]${first ? "" : "?"}`]);
  }
  return parts;
}

const wholePattern = (scheme, lazy = "") =>
  new RegExp(`^${partsOf(scheme, lazy).map(([name, pattern]) => `(?<${name}>${pattern})`).join("")}$`);

function widthsOf(scheme) {
  const own = {
    letters: (c) => {
      if (c.letters === "all") return [1, 999];
      return [c.short === "" ? Number(c.letters[0] === 1) : c.letters.length, c.letters.length];
    },
    length: (c) => [1, c.over_nine === "0" ? 1 : 2],
    soundex: () => [4, 4],
    date: (c) => [c.format.length, c.format.length + Number(c.format.match(TOKEN).includes("M"))],
    code: (c) => Array(2).fill(Object.values(c.codes)[0].length),
    number: (c) => [c.digits, c.digits],
    text: (c) => [c.length, c.length],
    literal: (c) => [c.text.length, c.text.length],
  };
  const widths = scheme.hash
    ? [[scheme.hash.characters, scheme.hash.characters]]
    : scheme.components.map((component) => {
        const [low, high] = own[component.kind](component);
        const signs = signsOf(component).map((one) => one.length);
        return [Math.min(low, ...signs), Math.max(high, ...signs)];
      });
  if (scheme.suffix) widths.push([scheme.suffix.first.length, 1]);
  return widths;
}

/** A code without groups and small letters, and the check character after the slash. */
export function bare(text, check = null) {
  const plain = (written) => {
    let out = "";
    for (const one of written) out += DIGIT.get(one) ?? one;
    return out.replace(/[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000.\-_\u00ad\u200b-\u200d\u2010-\u2015\ufeff]+/g, "");
  };
  const whole = plain(text);
  const cut = whole.indexOf("/");
  const code = cut < 0 ? whole : whole.slice(0, cut);
  const after = cut < 0 ? "" : whole.slice(cut + 1);
  return { code: capitals(code), check: capitals(check ? plain(check) : after) || null };
}

/** Every flaw of a code: [{ part, rule, first, last }]; none for a good code. */
export function checkCode(text, scheme, check = null) {
  const written = bare(text, check);
  if (!written.code) return [{ part: "code", rule: "empty", first: 0, last: 0 }];
  const match = wholePattern(scheme).exec(written.code);
  const flaws = match ? meaningFlaws(match, scheme) : wrongParts(written.code, scheme);
  if (written.check && !flaws.length && checkCharacter(written.code, scheme.check) !== written.check) {
    flaws.push({ part: "check", rule: "wrong_check_character", first: 0, last: 0 });
  }
  return flaws;
}

function wrongParts(code, scheme) {
  const widths = widthsOf(scheme);
  const size = [...code].length;
  const low = widths.reduce((sum, [least]) => sum + least, 0);
  const high = widths.reduce((sum, [, most]) => sum + most, 0);
  if (size < low) return [{ part: "code", rule: "too_short", first: 0, last: 0 }];
  if (size > high) return [{ part: "code", rule: "too_long", first: 0, last: 0 }];
  const fixed = widths.every(([least, most]) => least === most);
  return fixed ? wrongSlices(code, scheme, widths) : firstWrong(code, scheme);
}

function wrongSlices(code, scheme, widths) {
  const signs = [...code];
  const flaws = [];
  let start = 0;
  partsOf(scheme).forEach(([name, pattern], i) => {
    const end = start + widths[i][0];
    if (!new RegExp(`^${pattern}$`).test(signs.slice(start, end).join(""))) {
      flaws.push({ part: name, rule: "wrong_form", first: start + 1, last: end });
    }
    start = end;
  });
  return flaws;
}

function firstWrong(code, scheme) {
  let start = 0;
  for (const [name, pattern] of partsOf(scheme)) {
    const match = new RegExp(`^${pattern}`).exec(code.slice(start));
    if (!match) {
      return [{ part: name, rule: "wrong_form", first: Math.min(start + 1, code.length), last: code.length }];
    }
    start += match[0].length;
  }
  return [{ part: "code", rule: "too_long", first: 0, last: 0 }];
}

function meaningFlaws(match, scheme) {
  if (scheme.hash) return [];
  const flaws = [];
  let start = 0;
  for (const component of scheme.components) {
    const text = match.groups[component.name];
    const rule = ruleBroken(component, text);
    if (rule) flaws.push({ part: component.name, rule, first: start + 1, last: start + text.length });
    start += text.length;
  }
  if (scheme.scripts.length > 1) {
    const named = scheme.components.filter((c) => ["letters", "soundex"].includes(c.kind));
    const signs = named.flatMap(signsOf);
    const texts = named.map((c) => match.groups[c.name]).filter((text) => !signs.includes(text));
    const scripts = new Set(texts.map(scriptOf).filter((script) => script !== null));
    if (scripts.size > 1) flaws.push({ part: "code", rule: "scripts_differ", first: 0, last: 0 });
  }
  return flaws;
}

function ruleBroken(component, text) {
  if (signsOf(component).includes(text)) return null;
  if (component.kind === "number") {
    const top = component.largest ?? 10 ** component.digits - 1;
    return Number(text) >= component.smallest && Number(text) <= top ? null : "out_of_range";
  }
  if (component.kind !== "date") return null;
  const { Y, M, D } = dateParts(component, text);
  if (D === undefined || M === undefined) return null;
  const year = Y !== undefined && Y >= 1 && Y <= 9999 ? Y : 2000;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][M - 1];
  return D >= 1 && D <= days ? null : "impossible_date";
}

function dateParts(component, text) {
  const found = {};
  let start = 0;
  const tokens = component.format.match(TOKEN);
  tokens.forEach((token, i) => {
    const rest = tokens.slice(i + 1).join("").length;
    const end = token === "M" ? text.length - rest : start + token.length;
    const part = text.slice(start, end);
    start = end;
    const stand = { D: component.unknown_day, M: component.unknown_month }[token[0]];
    if (part !== stand) found[token === "YY" ? "y" : token[0]] = Number(part);
  });
  if (found.Y !== undefined) found.Y -= CALENDARS[component.calendar];
  return found;
}

/** What stands in a good code for each component; null where it may be read in two ways. */
export function parseCode(text, scheme) {
  if (checkCode(text, scheme).length) throw new Error("the code is not well formed");
  const { code } = bare(text);
  const eager = wholePattern(scheme).exec(code).groups;
  const lazy = wholePattern(scheme, "?").exec(code).groups;
  return Object.fromEntries(Object.entries(eager).map(([name, part]) => [name, lazy[name] === part ? part : null]));
}

/** A code in groups that are easy to read aloud, with the check character after a slash. */
export function grouped(code, scheme, check = null) {
  const signs = [...code];
  const sizes = scheme.groups.length ? scheme.groups : Array(Math.floor(signs.length / 4) + 1).fill(4);
  const groups = [];
  let start = 0;
  for (const size of sizes) {
    groups.push(signs.slice(start, start + size).join(""));
    start += size;
  }
  groups.push(signs.slice(start).join(""));
  return groups.filter(Boolean).join("-") + (check ? `/${check}` : "");
}

// ---------------------------------------------------------------- the hash step of published schemes

function hashed(text, step) {
  const bytes = new TextEncoder().encode(text);
  const words = step.algorithm === "sha1" ? sha1(bytes) : sha256(bytes);
  const hex = words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  return capitals(hex).slice(0, step.characters);
}

/** The message in blocks of sixteen 32-bit words, padded as FIPS 180-4 section 5.1.1 says. */
function blocks(bytes) {
  const size = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(size - 4, bytes.length * 8);
  return Array.from({ length: size / 64 }, (_, block) =>
    Array.from({ length: 16 }, (_word, i) => view.getUint32(block * 64 + i * 4)),
  );
}

const rotl = (word, n) => (word << n) | (word >>> (32 - n));
const rotr = (word, n) => (word >>> n) | (word << (32 - n));

function sha1(bytes) {
  const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (const w of blocks(bytes)) {
    for (let t = 16; t < 80; t += 1) w[t] = rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    let [a, b, c, d, e] = h;
    for (let t = 0; t < 80; t += 1) {
      const f = t < 20 ? (b & c) ^ (~b & d) : t >= 40 && t < 60 ? (b & c) ^ (b & d) ^ (c & d) : b ^ c ^ d;
      const k = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][Math.floor(t / 20)];
      [a, b, c, d, e] = [(rotl(a, 5) + f + e + k + w[t]) | 0, a, rotl(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((word, i) => { h[i] = (h[i] + word) | 0; });
  }
  return h;
}

/** The first 32 bits of the fractional part of the n-th roots of the first primes. */
function primeWords(count, root) {
  const words = [];
  for (let n = 2; words.length < count; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (prime) words.push(((n ** (1 / root) % 1) * 2 ** 32) | 0);
  }
  return words;
}

const K256 = primeWords(64, 3);

function sha256(bytes) {
  const h = primeWords(8, 2);
  for (const w of blocks(bytes)) {
    for (let t = 16; t < 64; t += 1) {
      const s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ (w[t - 15] >>> 3);
      const s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ (w[t - 2] >>> 10);
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, i] = h;
    for (let t = 0; t < 64; t += 1) {
      const t1 = (i + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + K256[t] + w[t]) | 0;
      const t2 = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, i] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, i].forEach((word, n) => { h[n] = (h[n] + word) | 0; });
  }
  return h;
}
