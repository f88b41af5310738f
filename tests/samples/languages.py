"""The same invented piece of news in many languages, with the encodings in which each was written before Unicode."""

WESTERN = ("cp1252", "iso8859-15", "mac_roman", "cp850")
CENTRAL = ("cp1250", "iso8859-2")
CYRILLIC = ("cp1251", "koi8-u", "iso8859-5")

NEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "German": (
        (
            "Die alte Brücke über den Fluß wird bis zum Frühjahr gesperrt, erklärte der Bürgermeister am "
            "Dienstag. Für die Fußgänger gibt es eine Fähre, für größere Wagen eine Umleitung über die Südstraße."
        ),
        WESTERN,
    ),
    "French": (
        (
            "Le vieux pont sur la rivière sera fermé jusqu'au printemps, a déclaré le maire mardi à la mairie. "
            "Les piétons prendront un bac, et les véhicules seront déviés par la forêt du côté opposé à l'île."
        ),
        WESTERN,
    ),
    "Spanish": (
        (
            "El viejo puente sobre el río estará cerrado hasta la próxima primavera, según explicó el alcalde el "
            "miércoles. Los peatones cruzarán en un pequeño barco, y los camiones darán un rodeo por el camino "
            "de la montaña."
        ),
        WESTERN,
    ),
    "Portuguese": (
        (
            "A velha ponte sobre o rio ficará fechada até à primavera, disse o presidente da câmara na "
            "terça-feira. Os peões atravessarão de barco e os veículos serão desviados pela estrada da região, "
            "não pela povoação."
        ),
        WESTERN,
    ),
    "Swedish": (
        (
            "Den gamla bron över ån stängs fram till våren, sade borgmästaren på tisdagen. Fotgängare får åka "
            "färja, och större bilar måste köra en omväg söderut genom några byar."
        ),
        WESTERN,
    ),
    "Danish": (
        (
            "Den gamle bro over åen bliver lukket frem til foråret, sagde borgmesteren på mødet. Fodgængere må "
            "tage færgen, og større køretøjer skal køre en omvej øst om søen."
        ),
        WESTERN,
    ),
    "Finnish": (
        (
            "Vanha silta suljetaan kevääseen asti, kertoi kaupunginjohtaja tiistaina. Jalankulkijat pääsevät yli "
            "lautalla, ja isommat ajoneuvot kiertävät järven eteläpuolelta. Työt pyritään päättämään ennen kesää."
        ),
        WESTERN,
    ),
    "Icelandic": (
        (
            "Gamla brúin yfir ána verður lokuð fram á vor, sagði bæjarstjórinn á þriðjudag. Gangandi vegfarendur "
            "fá far með báti, en stærri bílar þurfa að aka suður fyrir fjörðinn."
        ),
        ("cp1252",),
    ),
    "Czech": (
        (
            "Starý most přes řeku bude až do jara uzavřen, řekl v úterý starosta města. Chodci se dostanou na "
            "druhý břeh přívozem, těžší vozy pojedou objížďkou přes jižní předměstí."
        ),
        CENTRAL,
    ),
    "Polish": (
        (
            "Stary most na rzece zostanie zamknięty aż do wiosny, powiedział we wtorek burmistrz. Piesi "
            "przepłyną łodzią, a cięższe pojazdy pojadą objazdem przez południową część miasta, gdzie wkrótce "
            "ruszą też inne prace."
        ),
        CENTRAL,
    ),
    "Hungarian": (
        (
            "A régi hidat tavaszig lezárják, közölte kedden a polgármester. A gyalogosok komppal kelhetnek át a "
            "folyón, a nehezebb járműveknek déli irányba kell kerülniük, ahol már erősítik az utat. Bővebbet "
            "később mondanak erről."
        ),
        CENTRAL,
    ),
    "Slovene": (
        (
            "Stari most čez reko bo do pomladi zaprt, je v torek povedal župan. Pešci bodo reko prečkali z "
            "brodom, težja vozila pa bodo vozila po obvozu južno od mesta, kjer bo pločnik še ožji kot prej."
        ),
        CENTRAL,
    ),
    "Russian": (
        (
            "Старый мост через реку будет закрыт до весны, сообщил во вторник мэр города. Пешеходов перевезут на "
            "пароме, а грузовые машины поедут в объезд через южные районы."
        ),
        CYRILLIC,
    ),
    "Ukrainian": (
        (
            "Старий міст через річку буде закрито до весни, повідомив у вівторок міський голова. Пішоходів "
            "перевезуть на поромі, а вантажівки поїдуть в об'їзд через південні райони."
        ),
        CYRILLIC,
    ),
    "Bulgarian": (
        (
            "Старият мост над реката ще бъде затворен до пролетта, съобщи във вторник кметът на града. "
            "Пешеходците ще минават с лодка, а камионите ще се движат по обиколен път през южните квартали."
        ),
        ("cp1251", "iso8859-5"),
    ),
    "Greek": (
        (
            "Η παλιά γέφυρα πάνω από το ποτάμι θα μείνει κλειστή μέχρι την άνοιξη, είπε την Τρίτη ο δήμαρχος. Οι "
            "πεζοί θα περνούν με βάρκα και τα μεγάλα οχήματα θα κάνουν τον γύρο από τον νότο."
        ),
        ("cp1253", "iso8859-7"),
    ),
    "Turkish": (
        (
            "Nehrin üzerindeki eski köprü ilkbahara kadar kapalı kalacak, dedi belediye başkanı salı günü. "
            "Yayalar karşıya kayıkla geçecek, ağır araçlar ise şehrin güneyinden dolaşacak."
        ),
        ("cp1254", "iso8859-9"),
    ),
    "Lithuanian": (
        (
            "Senasis tiltas per upę bus uždarytas iki pavasario, antradienį pranešė miesto meras. Pėstieji "
            "kelsis keltu, o sunkesnės mašinos važiuos aplinkkeliu per pietinius rajonus, kur šiuo metu dar "
            "tiesiami šaligatviai."
        ),
        ("cp1257",),
    ),
    "Latvian": (
        (
            "Vecais tilts pār upi būs slēgts līdz pavasarim, otrdien paziņoja pilsētas mērs. Gājējus pārvedīs ar "
            "plostu, bet smagākās mašīnas brauks pa apkārtceļu caur dienvidu rajoniem, kur ceļš ir šaurāks."
        ),
        ("cp1257",),
    ),
    "Hebrew": (
        (
            "הגשר הישן מעל הנהר יישאר סגור עד האביב, אמר ראש העיר ביום שלישי. הולכי הרגל יעברו בסירה, וכלי רכב "
            "כבדים ייסעו בדרך עוקפת מדרום לעיר."
        ),
        ("cp1255",),
    ),
    "Arabic": (
        (
            "سيبقى الجسر القديم فوق النهر مغلقا حتى الربيع، كما قال رئيس البلدية يوم الثلاثاء. وسيعبر المشاة "
            "بالقارب، أما الشاحنات فستسير في طريق آخر جنوب المدينة."
        ),
        ("cp1256",),
    ),
    "Thai": (
        (
            "สะพานเก่าข้ามแม่น้ำจะปิดจนถึงฤดูใบไม้ผลิ นายกเทศมนตรีกล่าวเมื่อวันอังคาร คนเดินเท้าจะข้ามด้วยเรือ "
            "และรถใหญ่ต้องอ้อมไปทางใต้ของเมือง"
        ),
        ("cp874",),
    ),
    "Japanese": (
        (
            "川にかかる古い橋は春まで通行止めになると、市長が火曜日に発表した。歩行者は渡し船を使い、大型車は市の"
            "南側の道路を回ることになる。"
        ),
        ("cp932", "euc_jp"),
    ),
    "Chinese": (
        (
            "市长星期二宣布,河上的旧桥将关闭到春天。行人可以乘船过河,大型车辆必须从城市南部的道路绕行。居民对此表"
            "示担心。"
        ),
        ("gbk",),
    ),
    "Chinese, traditional": (
        (
            "市長星期二宣布,河上的舊橋將關閉到春天。行人可以乘船過河,大型車輛必須從城市南部的道路繞行。居民對此表"
            "示擔心。"
        ),
        ("big5",),
    ),
    "Korean": (
        (
            "강을 건너는 오래된 다리가 봄까지 폐쇄된다고 시장이 화요일에 발표했다. 보행자는 배를 타고 건너고, 큰 "
            "차량은 도시 남쪽 도로로 돌아가야 한다."
        ),
        ("cp949",),
    ),
}
