import type { Money } from "./money";

export interface Voucher {
  code: string;
  title: string;
  value: Money;
}

/** What the voucher service answers, by code.  Somebody forgot to give GIFT a value: that is the bug. */
const ANSWERS: Record<string, string> = {
  MOIN: '{"code": "MOIN", "title": "Schön, dass du da bist 👋", "value": {"cents": 200, "currency": "EUR"}}',
  GIFT: '{"code": "GIFT", "title": "Geschenk 🎁"}',
};

export async function loadVoucher(code: string): Promise<Voucher> {
  const answer = await Promise.resolve(ANSWERS[code]);
  if (answer === undefined) throw new RangeError(`no such voucher: ${code}`);
  return JSON.parse(answer);
}

/** What the voucher is worth, at most the price it is used on. */
export function worthOf(voucher: Voucher, price: Money): Money {
  if (price.cents < voucher.value.cents) return price;
  return voucher.value;
}
