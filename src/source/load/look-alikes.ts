import { own } from "../../core/own.ts";

/** Matches a space other than the ASCII space. YAML does not count it as indentation and does not remove it. */
export const ODD_SPACE = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/u;

const SPACES = {
  "\u00A0": "no-break space",
  "\u1680": "ogham space mark",
  "\u2000": "en quad",
  "\u2001": "em quad",
  "\u2002": "en space",
  "\u2003": "em space",
  "\u2004": "three-per-em space",
  "\u2005": "four-per-em space",
  "\u2006": "six-per-em space",
  "\u2007": "figure space",
  "\u2008": "punctuation space",
  "\u2009": "thin space",
  "\u200A": "hair space",
  "\u202F": "narrow no-break space",
  "\u205F": "medium mathematical space",
  "\u3000": "ideographic space",
};

const DOUBLE_QUOTES = {
  "\u201C": "left double quotation mark",
  "\u201D": "right double quotation mark",
  "\u201E": "double low-9 quotation mark",
  "\u201F": "double high-reversed-9 quotation mark",
  "\u00AB": "left-pointing double angle quotation mark",
  "\u00BB": "right-pointing double angle quotation mark",
  "\u2033": "double prime",
  "\u300C": "left corner bracket",
  "\u300D": "right corner bracket",
};

const SINGLE_QUOTES = {
  "\u2018": "left single quotation mark",
  "\u2019": "right single quotation mark",
  "\u201A": "single low-9 quotation mark",
  "\u201B": "single high-reversed-9 quotation mark",
  "\u2039": "single left-pointing angle quotation mark",
  "\u203A": "single right-pointing angle quotation mark",
  "\u2032": "prime",
  "\u00B4": "acute accent",
};

const DASHES = {
  "\u2010": "hyphen",
  "\u2011": "non-breaking hyphen",
  "\u2012": "figure dash",
  "\u2013": "en dash",
  "\u2014": "em dash",
  "\u2015": "horizontal bar",
  "\u2022": "bullet",
  "\u2212": "minus sign",
};

const CJK_PUNCTUATION = { "\u3001": "ideographic comma", "\uFF64": "half-width ideographic comma" };

/** The letters of other alphabets that look like a Latin letter: the letter, the Latin letter and its name. */
const LETTERS: Readonly<Record<"cyrillic" | "greek", string>> = {
  cyrillic:
    "а a a,с c es,е e ie,һ h shha,і i byelorussian-ukrainian i,ј j je,к k ka,о o o,р p er,ԛ q qa,ѕ s dze,у y u,ѵ v izhitsa,ԝ w we,х x ha,ԁ d komi de",
  greek: "α a alpha,ι i iota,κ k kappa,ο o omicron,ρ p rho,υ u upsilon,ν v nu,χ x chi",
};
const CAPITALS: typeof LETTERS = {
  cyrillic:
    "А A a,В B ve,С C es,Е E ie,Н H en,І I byelorussian-ukrainian i,Ј J je,К K ka,М M em,О O o,Р P er,Ѕ S dze,Т T te,У Y u,Х X ha",
  greek:
    "Α A alpha,Β B beta,Ε E epsilon,Η H eta,Ι I iota,Κ K kappa,Μ M mu,Ν N nu,Ο O omicron,Ρ P rho,Τ T tau,Υ Y upsilon,Χ X chi,Ζ Z zeta",
};

const PUNCTUATION: Readonly<Record<string, string>> = {
  "!": "exclamation mark",
  '"': "quotation mark",
  "#": "number sign",
  "%": "percent sign",
  "&": "ampersand",
  "'": "apostrophe",
  "(": "left parenthesis",
  ")": "right parenthesis",
  "*": "asterisk",
  "+": "plus sign",
  ",": "comma",
  "-": "hyphen-minus",
  ".": "full stop",
  "/": "solidus",
  ":": "colon",
  ";": "semicolon",
  "<": "less-than sign",
  "=": "equals sign",
  ">": "greater-than sign",
  "?": "question mark",
  "@": "commercial at",
  "[": "left square bracket",
  "]": "right square bracket",
  _: "low line",
  "{": "left curly bracket",
  "|": "vertical line",
  "}": "right curly bracket",
};

/** A character that looks like one of ASCII. */
interface LookAlike {
  readonly ascii: string;
  readonly name: string;
}

const TABLE: ReadonlyMap<string, LookAlike> = new Map([
  ...named(SPACES, " "),
  ...named(DOUBLE_QUOTES, '"'),
  ...named(SINGLE_QUOTES, "'"),
  ...named(DASHES, "-"),
  ...named(CJK_PUNCTUATION, ","),
  ...letters(LETTERS, "small"),
  ...letters(CAPITALS, "capital"),
]);

/** Returns the character of ASCII that a character looks like; undefined if there is none, or for ASCII itself. */
export function asciiOf(character: string): string | undefined {
  return lookAlike(character)?.ascii;
}

/** Returns the text with every look-alike replaced by what it looks like. */
export function asciiText(text: string): string {
  return Array.from(text, (character) => asciiOf(character) ?? character).join("");
}

/** Returns whether a text has only characters of ASCII. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\u0000-\u007F]*$/.test(text);
}

/** Returns a character as messages name it: `U+00A0 (no-break space)`. */
export function characterName(character: string): string {
  const name = lookAlike(character)?.name ?? own(INVISIBLE_NAMES, character) ?? kindOf(character);
  return name === undefined ? codePoint(character) : `${codePoint(character)} (${name})`;
}

/** Returns the code point of a character in the form `U+202E`. */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function lookAlike(character: string): LookAlike | undefined {
  return TABLE.get(character) ?? compatible(character);
}

/** Full-width and mathematical forms, which Unicode itself maps to ASCII. */
function compatible(character: string): LookAlike | undefined {
  const isFullWidth = /[\uFF01-\uFF5E]/u.test(character);
  if (!isFullWidth && !/[\u{1D400}-\u{1D7FF}]/u.test(character)) return undefined;
  const ascii = character.normalize("NFKC");
  if (!/^[!-~]$/.test(ascii)) return undefined;
  const what = own(PUNCTUATION, ascii) ?? `${/\d/.test(ascii) ? "digit" : "letter"} ${ascii}`;
  return { ascii, name: `${isFullWidth ? "full-width" : "mathematical"} ${what}` };
}

function named(names: Readonly<Record<string, string>>, ascii: string): [string, LookAlike][] {
  return Object.entries(names).map(([character, name]) => [character, { ascii, name }]);
}

function letters(alphabets: typeof LETTERS, size: string): [string, LookAlike][] {
  return Object.entries(alphabets).flatMap(([alphabet, list]) =>
    list.split(",").map((entry): [string, LookAlike] => {
      const [character = "", ascii = "", ...name] = entry.split(" ");
      return [character, { ascii, name: `${alphabet} ${size} letter ${name.join(" ")}` }];
    }),
  );
}

const INVISIBLE_NAMES: Readonly<Record<string, string>> = {
  "\0": "null",
  "\r": "carriage return without a line feed",
  "\u001B": "escape",
  "\u007F": "delete",
  "\u0085": "next line",
  "\u00AD": "soft hyphen",
  "\u034F": "combining grapheme joiner",
  "\u061C": "arabic letter mark",
  "\u115F": "hangul choseong filler",
  "\u1160": "hangul jungseong filler",
  "\u180E": "mongolian vowel separator",
  "\u200B": "zero width space",
  "\u200C": "zero width non-joiner",
  "\u200D": "zero width joiner",
  "\u200E": "left-to-right mark",
  "\u200F": "right-to-left mark",
  "\u2028": "line separator",
  "\u2029": "paragraph separator",
  "\u202A": "left-to-right embedding",
  "\u202B": "right-to-left embedding",
  "\u202C": "pop directional formatting",
  "\u202D": "left-to-right override",
  "\u202E": "right-to-left override",
  "\u2060": "word joiner",
  "\u2066": "left-to-right isolate",
  "\u2067": "right-to-left isolate",
  "\u2068": "first strong isolate",
  "\u2069": "pop directional isolate",
  "\u2800": "braille pattern blank",
  "\u3164": "hangul filler",
  "\uFEFF": "byte order mark, or zero width no-break space",
  "\uFFA0": "half-width hangul filler",
};

/** Returns the kind of a character that is never named one by one. */
function kindOf(character: string): string | undefined {
  if (/\p{Surrogate}/u.test(character)) return "half of a surrogate pair";
  if (/[\u{E0000}-\u{E007F}]/u.test(character)) return "tag character";
  if (/\p{Cc}/u.test(character)) return "control character";
  return /\p{Cf}/u.test(character) ? "format character" : undefined;
}
