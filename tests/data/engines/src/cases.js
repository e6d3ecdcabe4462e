// Functions with all kinds of names, and all kinds of ways to call them.  A mark says which function a line is in.

function deep(count) {
  throw new Error("deep " + count); //= deep
}

const table = {
  "foo bar"(count) {
    return deep(count); //= foo bar
  },
  "GET /users/{id}": (count) => {
    return deep(count); //= GET /users/{id}
  },
  "a;b": function (count) {
    return deep(count); //= a;b
  },
  "look at me"(count) {
    return deep(count); //= look at me
  },
  "with@at"(count) {
    return deep(count); //= with@at
  },
  "with(paren)": (count) => {
    return deep(count); //= with(paren)
  },
  "con.dots/and/slashes"(count) {
    return deep(count); //= con.dots/and/slashes
  },
  'quo"te'(count) {
    return deep(count); //= quo"te
  },
  "größe ü"(count) {
    return deep(count); //= größe ü
  },
  "bracket[0]"(count) {
    return deep(count); //= bracket[0]
  },
};

class Basket {
  #secret(count) {
    return deep(count); //= Basket.#secret
  }
  static make(count) {
    return new Basket().#secret(count); //= Basket.make
  }
  get total() {
    return deep(1); //= get Basket.total
  }
  set total(count) {
    deep(count); //= set Basket.total
  }
}

function viaEval() {
  return eval("deep(1)"); //= viaEval
}

function viaTimer(report) {
  setTimeout(function tick() {
    try {
      deep(1); //= tick
    } catch (error) {
      report(error);
    }
  }, 1);
}

const cases = {};
for (const name of Object.keys(table)) cases[name] = table[name];
cases.secret = () => Basket.make(1); //= cases.secret
cases.getter = () => new Basket().total; //= cases.getter
cases.setter = () => (new Basket().total = 3); //= cases.setter
cases.viaEval = viaEval;
cases.sort = () =>
  [3, 1].sort( //= cases.sort
    () => deep(1), //= -
  );

function inspected(error) {
  if (typeof Bun !== "undefined") return Bun.inspect(error, { colors: true });
  if (typeof Deno !== "undefined") return Deno.inspect(error, { colors: true });
  return error.stack.startsWith("Error") ? error.stack : `${error}\n${error.stack}`;
}

function write(line) {
  if (typeof window !== "undefined") window.output = `${window.output ?? ""}${line}\n`;
  else if (typeof console === "undefined") print(line);
  else console.log(line);
}

for (const name of Object.keys(cases)) {
  try {
    cases[name](1);
  } catch (error) {
    write(`## ${name}\n${inspected(error)}`);
  }
}
if (typeof setTimeout === "undefined") write("## end");
else viaTimer((error) => write(`## viaTimer\n${inspected(error)}\n## end`));
