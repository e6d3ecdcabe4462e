import { Cart } from "./cart.js";
import { refuse } from "./money.js";

const beans = { name: "beans", price: "7.90", count: 2 };
const vouchers = new Map([
  ["HOLA", () => {}],
  ["MOIN", refuseMoin],
]);

function refuseMoin() {
  refuse("MOIN was used already"); //= refuseMoin
}

function checkout(count) {
  const cart = new Cart();
  cart.add({ ...beans, count });
  return cart.total().label; //= checkout
}

const tooMany = () => {
  checkout(3);
  checkout(100); //= tooMany
};

const noPrice = () => {
  checkout(1);
  const cart = new Cart();
  cart.add({ ...beans, price: "free" });
  cart.total(); //= noPrice
};

function belowNothing() {
  const cart = new Cart();
  cart.add({ ...beans, price: "-1" });
  cart.labels(); //= belowNothing
}

const listening = {
  start(code) {
    const cart = new Cart();
    cart.onAdd((line) => {
      vouchers.get(line.name)(); //= -
    });
    cart.add({ ...beans, name: code }); //= listening.start
  },
};

const answers = [];

async function answerOf(question) {
  await Promise.resolve();
  if (question.length > 3) refuse(`nobody knows ${question}`); //= answerOf
  return question;
}

class Assistant {
  async ask(question) {
    const answer = await answerOf(question); //= Assistant.ask
    if (answer.length > 0) answers.push(answer);
    return answer;
  }
}

async function consult() {
  const assistant = new Assistant();
  const answer = await assistant.ask("when"); //= consult
  if (answer.length > 0) answers.push(answer);
  return answer;
}

function compiled() {
  const template = new Function("give", "return `<b>${give()}</b>`"); //= compiled
  template(() => "coffee");
  template(() => { //= compiled
    refuse("nothing to give"); //= -
  });
}

export const scenarios = {
  tooMany,
  noPrice,
  belowNothing,
  listening: () => {
    listening.start("HOLA");
    listening.start("MOIN"); //= scenarios.listening
  },
  consult,
  compiled,
};
