import { format, minus, plus, type Money } from "./money";
import { worthOf, type Voucher } from "./vouchers";

export interface Deduction {
  label: string;
  worth: Money;
}

export function sumOf(prices: Money[]): Money {
  return prices.reduce((sum, price) => plus(sum, price));
}

export function deductionsFrom(price: Money, vouchers: Voucher[]): Deduction[] {
  return vouchers.map((voucher) => {
    const deduction = { label: `🎟️ „${voucher.title}“`, worth: worthOf(voucher, price) };
    price = minus(price, deduction.worth);
    return deduction;
  });
}

export function describe(deduction: Deduction): string {
  return `${deduction.label}: −${format(deduction.worth)}`;
}
