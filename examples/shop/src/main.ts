import { Cart, type Receipt } from "./cart";
import { checkout } from "./checkout";

/** What the page calls when somebody clicks on “Jetzt kaufen”. */
export async function buy(productIds: string[], codes: string[]): Promise<Receipt> {
  const cart = new Cart();
  for (const id of productIds) {
    cart.add(id);
  }
  return await checkout(cart, codes);
}
