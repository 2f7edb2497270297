"""Times cases when a line on standard input asks for one, as `contestants.mjs` does."""
import json
import sys
import time


def answer(cases):
    """`cases`: name to what makes a function to call; a note is made of what it returns."""
    print(json.dumps({"names": list(cases)}), flush=True)
    ready = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "forget" in asked:
            ready.pop(asked["forget"], None)
            continue
        name = asked["name"]
        if name not in ready:
            ready[name] = cases[name]()
        run, note = ready[name]
        begin = time.perf_counter()
        for _ in range(asked["calls"]):
            result = run()
        ms = (time.perf_counter() - begin) * 1e3 / asked["calls"]
        print(json.dumps({"ms": ms, "note": note(result)}), flush=True)
