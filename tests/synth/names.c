/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* clang-format off */
const char *const synth_women_rows[] = {
"Anna", "Maria", "Johanna", "Emma", "Julia", "Sophie", "Zoë", "Renée", "Noëlle", "Daniëlle",
"Chloé", "Loïs", "Michèle", "Hélène", "Désirée", "Saskia", "Marieke", "Femke", "Anouk", "Lotte",
"Fleur", "Roos", "Sanne", "Eva", "Mila", "Tess", "Saar", "Nora", "Yara", "Lieke",
"Fenna", "Evi", "Jip", "Maud", "Isa", "Sara", "Lynn", "Olivia", "Nina", "Elin",
"Hanna", "Liv", "Wilhelmina", "Cornelia", "Elisabeth", "Catharina", "Margaretha", "Hendrika", "Adriana", "Petronella",
"Geertruida", "Jacoba", "Alida", "Grietje", "Trijntje", "Antje", "Aaltje", "Jantje", "Neeltje", "Willemijn",
"Annemarie", "Ingrid", "Monique", "Yvonne", "Marjolein", "Esther", "Miriam", "Petra", "Astrid", "Bianca",
"Fatima", "Aïcha", "Yasmina", "Naïma", "Samira", "Ayşe", "Elif", "Zeynep", "Gülşen", "Özlem",
"Agnieszka", "Małgorzata", "Katarzyna", "Živa", "Željka", "Shanti", "Priya", "Mei", "Linh", "Soraya",
"Ilse", "Inge", "Els", "Truus", "Riet", "Corrie", "Tineke", "Janneke", "Mieke", "Froukje",
"Sietske", "Wietske", "Tjitske", "Baukje", "Sjoukje", "Hiske", "Jitske", "Renske", "Doutzen", "Nynke",
};
const unsigned synth_women_count = COUNT(synth_women_rows);

const char *const synth_men_rows[] = {
"Jan", "Johannes", "Pieter", "Willem", "Hendrik", "Cornelis", "Jacob", "Gerrit", "Daan", "Sem",
"Noah", "Lucas", "Levi", "Finn", "Luuk", "Bram", "Milan", "James", "Thijs", "Jesse",
"Thomas", "Sam", "Lars", "Ruben", "Julian", "Gijs", "Benjamin", "Mees", "Boaz", "Siem",
"Joël", "Daniël", "Raphaël", "Michaël", "René", "André", "François", "Jörg", "Jürgen", "Søren",
"Mathijs", "Sander", "Jeroen", "Maarten", "Bas", "Rik", "Tom", "Koen", "Joost", "Wouter",
"Dirk", "Klaas", "Kees", "Piet", "Henk", "Wim", "Theo", "Ton", "Leo", "Frans",
"Adrianus", "Petrus", "Antonius", "Franciscus", "Gerardus", "Theodorus", "Lambertus", "Egbert", "Berend", "Harm",
"Sjoerd", "Jelle", "Wiebe", "Tjeerd", "Sipke", "Hidde", "Douwe", "Folkert", "Haije", "Eelke",
"Mohammed", "Youssef", "Ibrahim", "Ömer", "Mustafa", "Emre", "Hüseyin", "Şükrü", "İsmail", "Çağlar",
"Łukasz", "Wojciech", "Đorđe", "Miloš", "Nikola", "Ravi", "Sanjay", "Wei", "Minh", "Kwame",
"Marco", "Ronald", "Peter", "Erik", "Robert", "Marcel", "Patrick", "Dennis", "Edwin", "Martijn",
};
const unsigned synth_men_count = COUNT(synth_men_rows);

const struct synth_surname synth_surname_rows[] = {
{ "de", "Jong" }, { "", "Jansen" }, { "de", "Vries" }, { "van den", "Berg" }, { "van", "Dijk" },
{ "", "Bakker" }, { "", "Janssen" }, { "", "Visser" }, { "", "Smit" }, { "", "Meijer" },
{ "de", "Boer" }, { "", "Mulder" }, { "de", "Groot" }, { "", "Bos" }, { "", "Vos" },
{ "", "Peters" }, { "", "Hendriks" }, { "van", "Leeuwen" }, { "", "Dekker" }, { "", "Brouwer" },
{ "de", "Wit" }, { "", "Dijkstra" }, { "", "Smits" }, { "de", "Graaf" }, { "van der", "Meer" },
{ "van der", "Linden" }, { "", "Kok" }, { "", "Jacobs" }, { "de", "Haan" }, { "", "Vermeulen" },
{ "van den", "Heuvel" }, { "van der", "Veen" }, { "van den", "Broek" }, { "de", "Bruijn" }, { "de", "Bruin" },
{ "van der", "Heijden" }, { "", "Schouten" }, { "van", "Beek" }, { "", "Willems" }, { "van", "Vliet" },
{ "van de", "Ven" }, { "", "Hoekstra" }, { "", "Maas" }, { "", "Verhoeven" }, { "", "Koster" },
{ "van", "Dam" }, { "van der", "Wal" }, { "", "Prins" }, { "", "Blom" }, { "", "Huisman" },
{ "", "Peeters" }, { "de", "Jonge" }, { "", "Kuipers" }, { "van", "Veen" }, { "", "Post" },
{ "", "Kuiper" }, { "", "Veenstra" }, { "", "Kramer" }, { "van den", "Brink" }, { "", "Scholten" },
{ "van", "Wijk" }, { "", "Postma" }, { "", "Martens" }, { "", "Vink" }, { "de", "Ruiter" },
{ "", "Timmermans" }, { "", "Groen" }, { "", "Gerritsen" }, { "", "Jonker" }, { "van", "Loon" },
{ "", "Boer" }, { "van de", "Velde" }, { "", "Willemsen" }, { "", "Smeets" }, { "de", "Lange" },
{ "de", "Vos" }, { "van", "Dongen" }, { "", "Schipper" }, { "de", "Koning" }, { "van der", "Laan" },
{ "", "Koning" }, { "van der", "Velden" }, { "", "Driessen" }, { "van", "Doorn" }, { "", "Hermans" },
{ "", "Evers" }, { "van den", "Bosch" }, { "van der", "Meulen" }, { "", "Hofman" }, { "", "Bosman" },
{ "", "Wolters" }, { "", "Sanders" }, { "van 't", "Hof" }, { "van 't", "Veld" }, { "in 't", "Veld" },
{ "ten", "Brink" }, { "ten", "Cate" }, { "ten", "Hoeve" }, { "ter", "Horst" }, { "ter", "Haar" },
{ "op den", "Akker" }, { "op 't", "Hof" }, { "uit den", "Bogaard" }, { "von", "Müller" }, { "van der", "Zwaan" },
{ "", "Müller" }, { "", "Schröder" }, { "", "Böhm" }, { "", "Çelik" }, { "", "Şahin" },
{ "", "Yıldız" }, { "", "Öztürk" }, { "", "Kılıç" }, { "", "Đorđević" }, { "", "Živković" },
{ "", "Kovačić" }, { "", "Wiśniewski" }, { "", "Wójcik" }, { "", "Nguyễn" }, { "", "Núñez" },
{ "", "García" }, { "", "Gonçalves" }, { "", "El Idrissi" }, { "", "Ben Amar" }, { "", "Bouzid" },
{ "", "Ramdin" }, { "", "Pinas" }, { "", "Sewnarain" }, { "", "Latuperissa" }, { "", "Tan" },
{ "", "Hooijdonk" }, { "d'", "Hondt" }, { "van", "Oosterhout" }, { "", "Hoogeveen" }, { "", "Terpstra" },
{ "", "Zijlstra" }, { "", "Hofstra" }, { "", "Wiersma" }, { "", "Boonstra" }, { "", "Sikkema" },
};
const unsigned synth_surname_count = COUNT(synth_surname_rows);

const char *const synth_street_rows[] = {
"Dorpsstraat", "Kerkstraat", "Molenweg", "Schoolstraat", "Stationsweg", "Julianastraat", "Wilhelminastraat", "Beatrixlaan",
"Nieuwstraat", "Hoofdstraat", "Lindelaan", "Eikenlaan", "Beukenlaan", "Kastanjelaan", "Esdoornstraat", "Berkenweg",
"Meidoornlaan", "Lijsterbeslaan", "Merelstraat", "Nachtegaallaan", "Leeuwerikstraat", "Reigerweg", "Zwaluwstraat", "Spechtlaan",
"Vondelstraat", "Rembrandtlaan", "Van Goghstraat", "Frans Halslaan", "Jan Steenstraat", "Vermeerstraat", "Mondriaanplein", "Burgemeester van Voorbeeldlaan",
"Parallelweg", "Industrieweg", "Havenstraat", "Kanaalweg", "Singel", "Oude Gracht", "Nieuwe Haven", "Zuiderdijk",
"Noorderkade", "Marktplein", "Torenstraat", "Kloosterlaan", "Abdijweg", "Kasteellaan", "Hofstraat", "Achterweg",
"Brinkstraat", "Esweg", "Heideweg", "Bosrand", "Zandpad", "Veldweg", "Polderweg", "Weidestraat",
"Tulpstraat", "Roosstraat", "Narcislaan", "Hyacintstraat", "Irisstraat", "Dahliastraat", "Korenbloemweg", "Klaproosstraat",
"'s-Gravenweg", "Prins Bernhardplein", "Oranjelaan", "Waterlelie", "Kruidenhof", "Zonnebloem", "Plein 1945", "1e Dwarsstraat",
};
const unsigned synth_street_count = COUNT(synth_street_rows);

const struct synth_town synth_town_rows[] = {
{ "Amsterdam", 1011, 20 }, { "Rotterdam", 3011, 10 }, { "'s-Gravenhage", 2511, 70 }, { "Utrecht", 3511, 30 },
{ "Eindhoven", 5611, 40 }, { "Groningen", 9711, 50 }, { "Tilburg", 5011, 13 }, { "Almere", 1311, 36 },
{ "Breda", 4811, 76 }, { "Nijmegen", 6511, 24 }, { "Apeldoorn", 7311, 55 }, { "Haarlem", 2011, 23 },
{ "Arnhem", 6811, 26 }, { "Enschede", 7511, 53 }, { "Amersfoort", 3811, 33 }, { "Zaandam", 1501, 75 },
{ "'s-Hertogenbosch", 5211, 73 }, { "Hoofddorp", 2131, 23 }, { "Zwolle", 8011, 38 }, { "Leiden", 2311, 71 },
{ "Maastricht", 6211, 43 }, { "Dordrecht", 3311, 78 }, { "Ede", 6711, 318 }, { "Leeuwarden", 8911, 58 },
{ "Alkmaar", 1811, 72 }, { "Emmen", 7811, 591 }, { "Venlo", 5911, 77 }, { "Delft", 2611, 15 },
{ "Deventer", 7411, 570 }, { "Sittard", 6131, 46 }, { "Helmond", 5701, 492 }, { "Hilversum", 1211, 35 },
{ "Oss", 5341, 412 }, { "Assen", 9401, 592 }, { "Purmerend", 1441, 299 }, { "Roosendaal", 4701, 165 },
{ "Gouda", 2801, 182 }, { "Middelburg", 4331, 118 }, { "Lelystad", 8211, 320 }, { "Hoorn", 1621, 229 },
{ "Súdwest-Fryslân", 8601, 515 }, { "Sint-Oedenrode", 5491, 413 }, { "Nes Ameland", 9163, 519 }, { "Terneuzen", 4531, 115 },
};
const unsigned synth_town_count = COUNT(synth_town_rows);
/* clang-format on */
