// Figures as a spreadsheet writes them, Vietnamese ("1.234,5") or English ("1,234.5"), as plain ones ("1234.5").
//
// "1.234" and "1,234" may be either: a count settles it (it has no decimals), then the other cells of the block; where
// neither does, the person is asked.
const GROUPED = { ".": /^-?[1-9]\d{0,2}(\.\d{3})+$/, ",": /^-?[1-9]\d{0,2}(,\d{3})+$/ };

// What the text of a clipboard holds: lines of cells. Excel quotes a cell that has a line break within.
export function blockOf(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return lines.map((line) => line.split("\t").map((cell) => cell.replace(/^"(.*)"$/, "$1").trim()));
}

// One text: { plain } where only one reading is possible, { plain, sign } where it tells the decimal sign as well,
// { either: { ".": …, ",": … } } by which sign were the decimal one, { unread } where it is no figure.
export function readOne(text) {
  const bare = text.replace(/[\s\u00a0\u202f]/g, "").replace(/^\u2212/, "-");
  if (/^-?\d+$/.test(bare)) return { plain: bare };
  const [first] = bare.match(/[.,]/) ?? [];
  const last = bare.match(/[.,](?=[^.,]*$)/)?.[0];
  if (!first || !/^-?\d[\d.,]*\d$/.test(bare)) return { unread: text };
  if (first !== last) {
    const [whole, decimals] = [bare.slice(0, bare.lastIndexOf(last)), bare.slice(bare.lastIndexOf(last) + 1)];
    return GROUPED[first].test(whole) ? { plain: `${whole.replaceAll(first, "")}.${decimals}`, sign: last } : { unread: text };
  }
  const grouped = GROUPED[first].test(bare);
  if (bare.split(first).length > 2) {
    return grouped ? { plain: bare.replaceAll(first, ""), sign: first === "." ? "," : "." } : { unread: text };
  }
  const decimal = bare.replace(first, ".");
  if (!grouped) return { plain: decimal, sign: first };
  const whole = bare.replace(first, "");
  return { either: first === "." ? { ".": decimal, ",": whole } : { ".": whole, ",": decimal } };
}

// Texts with the kind of the cell each is for (numeric: a count, decimal: any figure, text: as it is). `ask(text, either)`
// is called once at most and gives the decimal sign, or nothing where the person thinks better of it: then null.
export async function plainFigures(texts, kinds, ask) {
  const read = texts.map((text, at) => (kinds[at] === "text" ? { plain: text } : readOne(text)));
  const signs = new Set(read.map((one) => one.sign).filter(Boolean));
  let sign = signs.size === 1 ? [...signs][0] : "";
  const open = read.findIndex((one, at) => one.either && kinds[at] !== "numeric");
  if (open >= 0 && !sign) {
    sign = await ask(texts[open], read[open].either);
    if (!sign) return null;
  }
  return read.map((one, at) => {
    if (one.either) return kinds[at] === "numeric" ? Object.values(one.either).find((text) => !text.includes(".")) : one.either[sign];
    return one.plain ?? one.unread;
  });
}
