import { Random } from './random.ts';

/** What the shop sells: item `index` of a seed is always the same. A row has some 250 bytes. */
export interface Item {
  sku: string;
  name: string;
  category: string;
  description: string;
  priceCents: number;
  stock: number;
  rating: number;
}

/** Past this, two items would share a sku. */
export const mostItems = 5_000_000;

const categories = [
  ['MUG', 'kitchen', 'mug'],
  ['LMP', 'lighting', 'table lamp'],
  ['CSH', 'living', 'cushion cover'],
  ['CLK', 'living', 'wall clock'],
  ['TEA', 'kitchen', 'tea caddy'],
  ['BAG', 'travel', 'shoulder bag'],
  ['TOY', 'children', 'building set'],
  ['PEN', 'office', 'fountain pen'],
  ['CAN', 'lighting', 'candle holder'],
  ['BOX', 'storage', 'storage box'],
] as const;
const colours = ['Red', 'Ivory', 'Sea-green', 'Black', 'Blue', 'Amber', 'Rose', 'Slate'] as const;
const styles = ['vintage', 'plain', 'striped', 'dotted', 'classic', 'woven', 'folding', 'tiny'] as const;
const materials = ['oak', 'linen', 'enamel', 'brass', 'stoneware', 'cotton', 'recycled glass'] as const;
const places = ['Porto', 'Jaipur', 'Kyoto', 'Bremen', 'Oaxaca', 'Tartu', 'Cork', 'Lyon'] as const;
const uses = [
  'It looks at home on a kitchen table and in a hallway alike',
  'A present for people who have everything already',
  'Light enough to take along, and sturdy enough for every day',
  'Made to be used for years, and repaired where it has to be',
] as const;
const cares = [
  'Wipe it with a damp cloth.',
  'Safe in the dishwasher.',
  'Keep it away from strong sun.',
  'Spare parts can be ordered singly.',
] as const;

export function skuOf(index: number): string {
  // Multiplying by a number that shares no factor with the modulus gives each index a number of its own.
  const number = (index * 48_271) % 9_999_991;
  return `${categoryOf(index)[0]}-${String(number).padStart(7, '0')}`;
}

export function itemOf(seed: number, index: number): Item {
  const random = new Random(seed, index);
  const [, category, thing] = categoryOf(index);
  const material = random.pick(materials);
  const name = `${random.pick(colours)} ${random.pick(styles)} ${thing}`;
  const size = `${8 + random.below(40)} x ${8 + random.below(40)} cm`;
  const description =
    `${name} of ${material}, ${size}, from a workshop in ${random.pick(places)}. ` +
    `${random.pick(uses)}. ${random.pick(cares)}`;
  return {
    sku: skuOf(index),
    name,
    category,
    description,
    priceCents: 95 + 10 * random.below(900),
    stock: 20 + random.below(480),
    rating: 1 + random.below(401) / 100,
  };
}

/** About what the row takes in the table. */
export function rowBytes({ sku, name, category, description }: Item): number {
  return sku.length + name.length + category.length + description.length + 24;
}

function categoryOf(index: number): (typeof categories)[number] {
  return categories[index % categories.length] ?? categories[0];
}
