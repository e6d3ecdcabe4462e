import { findProduct, type Product } from "./catalogue";
import { minus, type Money } from "./money";
import { deductionsFrom, describe, sumOf } from "./pricing";
import type { Voucher } from "./vouchers";

export interface Receipt {
  lines: string[];
  total: Money;
}

export class Cart {
  #products: Product[] = [];

  add(productId: string): this {
    this.#products.push(findProduct(productId));
    return this;
  }

  /** The receipt as it will be printed.  Raises RangeError for an empty cart. */
  receipt(vouchers: Voucher[]): Receipt {
    if (this.#products.length === 0) throw new RangeError("the cart is empty");
    return this.#reduced(sumOf(this.#products.map((product) => product.price)), vouchers);
  }

  #reduced(price: Money, vouchers: Voucher[]): Receipt {
    const deductions = deductionsFrom(price, vouchers);
    return {
      lines: [...this.#products.map((product) => product.title), ...deductions.map(describe)],
      total: deductions.reduce((left, deduction) => minus(left, deduction.worth), price),
    };
  }
}
