"""Each rule of the rule file in one plain sentence, in English and Indonesian."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

LANGUAGES: Final = ("en", "id")

SENTENCES: Final = MappingProxyType(
    {
        "eq-ref": (
            "Everything is the same as itself.",
            "Segala sesuatu sama dengan dirinya sendiri.",
        ),
        "eq-sym": (
            "If one thing is the same as another, the other is the same as the one.",
            "Jika yang satu sama dengan yang lain, yang lain sama dengan yang satu.",
        ),
        "eq-trans": (
            "Two things that are the same as a third are the same.",
            "Dua hal yang sama dengan hal ketiga adalah hal yang sama.",
        ),
        "eq-rep-s": (
            "What is said of a thing holds of the same thing under its other name.",
            "Yang dikatakan tentang sesuatu berlaku pula dengan namanya yang lain.",
        ),
        "eq-rep-p": (
            "What a property says, the same property says under its other name.",
            "Yang dikatakan suatu properti dikatakan pula dengan namanya yang lain.",
        ),
        "eq-rep-o": (
            "What leads to a thing leads to the same thing under its other name.",
            "Yang menuju sesuatu menuju pula namanya yang lain.",
        ),
        "eq-diff1": (
            "Nothing is the same as what it differs from.",
            "Tidak ada yang sama dengan sesuatu yang berbeda darinya.",
        ),
        "eq-diff2": (
            "Things listed as all different are not the same.",
            "Hal-hal yang didaftar sebagai berbeda semua tidaklah sama.",
        ),
        "eq-diff3": (
            "Things listed as all distinct are not the same.",
            "Hal-hal yang didaftar sebagai berlainan semua tidaklah sama.",
        ),
        "prp-ap": (
            "Labels, comments and notes on versions are annotations.",
            "Label, komentar, dan catatan versi adalah anotasi.",
        ),
        "prp-dom": (
            "Whatever has the property is of the property's domain.",
            "Apa pun yang memiliki properti itu termasuk ranahnya.",
        ),
        "prp-rng": (
            "Whatever the property leads to is of the property's range.",
            "Apa pun yang dituju properti itu termasuk jangkauannya.",
        ),
        "prp-fp": (
            "The property leads to one thing only, so two that it leads to are the same.",
            "Properti itu hanya menuju satu hal, jadi dua yang ditujunya adalah hal yang sama.",
        ),
        "prp-ifp": (
            "The property comes from one thing only, so two that have it in common are the same.",
            "Properti itu hanya berasal dari satu hal, jadi dua pemilik nilai yang sama adalah satu hal.",
        ),
        "prp-irp": (
            "Nothing has this property to itself.",
            "Tidak ada yang memiliki properti ini terhadap dirinya sendiri.",
        ),
        "prp-symp": (
            "The property holds both ways round.",
            "Properti itu berlaku dua arah.",
        ),
        "prp-asyp": (
            "The property never holds both ways round.",
            "Properti itu tidak pernah berlaku dua arah.",
        ),
        "prp-trp": (
            "What the property leads to in two steps, it leads to at once.",
            "Yang dituju properti itu dalam dua langkah dituju pula secara langsung.",
        ),
        "prp-spo1": (
            "Where the narrower property holds, the wider one holds.",
            "Jika properti yang lebih sempit berlaku, yang lebih luas berlaku pula.",
        ),
        "prp-spo2": (
            "Where a chain of properties leads from one thing to another, so does the property made of it.",
            "Jika rantai properti menghubungkan dua hal, properti yang diwakilinya menghubungkan keduanya.",
        ),
        "prp-eqp1": (
            "Two properties are the same, so where the first holds, the second holds.",
            "Kedua properti itu sama, jadi jika yang pertama berlaku, yang kedua berlaku.",
        ),
        "prp-eqp2": (
            "Two properties are the same, so where the second holds, the first holds.",
            "Kedua properti itu sama, jadi jika yang kedua berlaku, yang pertama berlaku.",
        ),
        "prp-pdw": (
            "Two disjoint properties never join the same two things.",
            "Dua properti yang saling lepas tidak pernah menghubungkan dua hal yang sama.",
        ),
        "prp-adp": (
            "Of properties listed as disjoint, no two join the same two things.",
            "Di antara properti yang didaftar saling lepas, tidak ada dua yang menghubungkan hal yang sama.",
        ),
        "prp-inv1": (
            "The one property is the other seen from the other end.",
            "Properti yang satu adalah yang lain dilihat dari ujung sebaliknya.",
        ),
        "prp-inv2": (
            "The other property is the one seen from the other end.",
            "Properti yang lain adalah yang satu dilihat dari ujung sebaliknya.",
        ),
        "prp-key": (
            "Two things of the class that agree in all key properties are the same.",
            "Dua hal dari kelas itu yang sama dalam semua properti kunci adalah hal yang sama.",
        ),
        "prp-npa1": (
            "What is denied of two things does not hold of them.",
            "Yang disangkal tentang dua hal tidak berlaku bagi keduanya.",
        ),
        "prp-npa2": (
            "A value that is denied of a thing is none of its values.",
            "Nilai yang disangkal dari sesuatu bukanlah nilainya.",
        ),
        "cls-thing": (
            "The class of everything is a class.",
            "Kelas segala sesuatu adalah kelas.",
        ),
        "cls-nothing1": (
            "The class of nothing is a class.",
            "Kelas kosong adalah kelas.",
        ),
        "cls-nothing2": (
            "Nothing is of the class of nothing.",
            "Tidak ada yang termasuk kelas kosong.",
        ),
        "cls-int1": (
            "Whatever is of all these classes is of the class made of them together.",
            "Apa pun yang termasuk semua kelas ini termasuk kelas irisannya.",
        ),
        "cls-int2": (
            "Whatever is of a class made of several together is of each of them.",
            "Apa pun yang termasuk kelas irisan termasuk setiap kelas pembentuknya.",
        ),
        "cls-uni": (
            "Whatever is of one of these classes is of the class made of any of them.",
            "Apa pun yang termasuk salah satu kelas ini termasuk kelas gabungannya.",
        ),
        "cls-com": (
            "Nothing is of a class and of its complement.",
            "Tidak ada yang termasuk suatu kelas dan komplemennya.",
        ),
        "cls-svf1": (
            "Whatever has the property to something of the class meets the definition.",
            "Apa pun yang lewat properti itu menuju sesuatu dari kelas itu memenuhi definisi.",
        ),
        "cls-svf2": (
            "Whatever has the property at all meets the definition.",
            "Apa pun yang memiliki properti itu memenuhi definisi.",
        ),
        "cls-avf": (
            "The definition says that the property leads to things of the class only.",
            "Definisi itu menyatakan bahwa properti itu hanya menuju hal-hal dari kelas itu.",
        ),
        "cls-hv1": (
            "The definition says that the property has this value.",
            "Definisi itu menyatakan bahwa properti itu bernilai demikian.",
        ),
        "cls-hv2": (
            "Whatever has this value of the property meets the definition.",
            "Apa pun yang propertinya bernilai demikian memenuhi definisi.",
        ),
        "cls-maxc1": (
            "Nothing of the class has the property.",
            "Tidak ada dari kelas itu yang memiliki properti itu.",
        ),
        "cls-maxc2": (
            "Things of the class have the property once at most, so its two values are the same.",
            "Hal dari kelas itu memiliki properti itu paling banyak sekali, jadi kedua nilainya sama.",
        ),
        "cls-maxqc1": (
            "Nothing of the class has the property to something of that kind.",
            "Tidak ada dari kelas itu yang memiliki properti itu terhadap sesuatu dari jenis tersebut.",
        ),
        "cls-maxqc2": (
            "Nothing of the class has the property to anything.",
            "Tidak ada dari kelas itu yang memiliki properti itu terhadap apa pun.",
        ),
        "cls-maxqc3": (
            "Things of the class have the property to one of that kind at most, so the two are the same.",
            "Hal dari kelas itu memilikinya terhadap paling banyak satu dari jenis itu, jadi keduanya sama.",
        ),
        "cls-maxqc4": (
            "Things of the class have the property to one thing at most, so the two are the same.",
            "Hal dari kelas itu memiliki properti itu terhadap paling banyak satu hal, jadi keduanya sama.",
        ),
        "cls-oo": (
            "The class is a list of its members, and this is one of them.",
            "Kelas itu adalah daftar anggotanya, dan ini salah satunya.",
        ),
        "cax-sco": (
            "Whatever is of the narrower class is of the wider one.",
            "Apa pun yang termasuk kelas yang lebih sempit termasuk kelas yang lebih luas.",
        ),
        "cax-eqc1": (
            "Two classes are the same, so whatever is of the first is of the second.",
            "Kedua kelas itu sama, jadi apa pun yang termasuk yang pertama termasuk yang kedua.",
        ),
        "cax-eqc2": (
            "Two classes are the same, so whatever is of the second is of the first.",
            "Kedua kelas itu sama, jadi apa pun yang termasuk yang kedua termasuk yang pertama.",
        ),
        "cax-dw": (
            "Nothing is of two disjoint classes.",
            "Tidak ada yang termasuk dua kelas yang saling lepas.",
        ),
        "cax-adc": (
            "Nothing is of two of the classes listed as disjoint.",
            "Tidak ada yang termasuk dua di antara kelas yang didaftar saling lepas.",
        ),
        "dt-type1": (
            "The datatypes of OWL 2 RL are datatypes.",
            "Tipe data OWL 2 RL adalah tipe data.",
        ),
        "dt-type2": (
            "A literal is of every datatype that has its value.",
            "Literal termasuk setiap tipe data yang memiliki nilainya.",
        ),
        "dt-eq": (
            "Two literals with the same value are the same.",
            "Dua literal dengan nilai yang sama adalah sama.",
        ),
        "dt-diff": (
            "Two literals with different values differ.",
            "Dua literal dengan nilai yang berlainan berbeda.",
        ),
        "dt-not-type": (
            "A literal has a value of its datatype.",
            "Literal memiliki nilai dari tipe datanya.",
        ),
        "scm-cls": (
            "Every class is a kind of itself and of everything, and nothing is a kind of every class.",
            "Setiap kelas jenis dari dirinya dan dari segalanya; kelas kosong jenis dari setiap kelas.",
        ),
        "scm-sco": (
            "A kind of a kind of something is a kind of it.",
            "Jenis dari jenis sesuatu adalah jenis dari sesuatu itu.",
        ),
        "scm-eqc1": (
            "Two classes that are the same are kinds of each other.",
            "Dua kelas yang sama adalah jenis satu sama lain.",
        ),
        "scm-eqc2": (
            "Two classes that are kinds of each other are the same.",
            "Dua kelas yang merupakan jenis satu sama lain adalah sama.",
        ),
        "scm-op": (
            "Every object property is a special case of itself.",
            "Setiap properti objek adalah kasus khusus dari dirinya.",
        ),
        "scm-dp": (
            "Every datatype property is a special case of itself.",
            "Setiap properti data adalah kasus khusus dari dirinya.",
        ),
        "scm-spo": (
            "A special case of a special case of a property is a special case of it.",
            "Kasus khusus dari kasus khusus suatu properti adalah kasus khusus properti itu.",
        ),
        "scm-eqp1": (
            "Two properties that are the same are special cases of each other.",
            "Dua properti yang sama adalah kasus khusus satu sama lain.",
        ),
        "scm-eqp2": (
            "Two properties that are special cases of each other are the same.",
            "Dua properti yang merupakan kasus khusus satu sama lain adalah sama.",
        ),
        "scm-dom1": (
            "A class wider than a property's domain is a domain of it, too.",
            "Kelas yang lebih luas daripada ranah suatu properti juga ranahnya.",
        ),
        "scm-dom2": (
            "The domain of the wider property is a domain of the narrower one.",
            "Ranah properti yang lebih luas adalah ranah properti yang lebih sempit.",
        ),
        "scm-rng1": (
            "A class wider than a property's range is a range of it, too.",
            "Kelas yang lebih luas daripada jangkauan suatu properti juga jangkauannya.",
        ),
        "scm-rng2": (
            "The range of the wider property is a range of the narrower one.",
            "Jangkauan properti yang lebih luas adalah jangkauan properti yang lebih sempit.",
        ),
        "scm-hv": (
            "The same value of a narrower property makes a narrower class.",
            "Nilai yang sama dari properti yang lebih sempit membentuk kelas yang lebih sempit.",
        ),
        "scm-svf1": (
            "Having the property to something narrower makes a narrower class.",
            "Memiliki properti itu terhadap yang lebih sempit membentuk kelas yang lebih sempit.",
        ),
        "scm-svf2": (
            "Having a narrower property to something of the class makes a narrower class.",
            "Memiliki properti yang lebih sempit terhadap kelas itu membentuk kelas yang lebih sempit.",
        ),
        "scm-avf1": (
            "Having the property to narrower things only makes a narrower class.",
            "Hanya memiliki properti itu terhadap yang lebih sempit membentuk kelas yang lebih sempit.",
        ),
        "scm-avf2": (
            "Having a wider property to things of the class only makes a narrower class.",
            "Hanya memiliki properti yang lebih luas terhadap kelas itu membentuk kelas yang lebih sempit.",
        ),
        "scm-int": (
            "A class made of several together is a kind of each of them.",
            "Kelas irisan adalah jenis dari setiap kelas pembentuknya.",
        ),
        "scm-uni": (
            "Each of several classes is a kind of the class made of any of them.",
            "Setiap kelas pembentuk adalah jenis dari kelas gabungannya.",
        ),
    }
)
"""W3C name of a rule to its sentence in each of LANGUAGES."""


def sentence(rule: str, language: str = "en") -> str:
    """Return the sentence of a rule; empty for a rule that has none."""
    found = SENTENCES.get(rule)
    return found[LANGUAGES.index(language)] if found else ""
