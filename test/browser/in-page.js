// Evaluated inside of a page: what is wrong with how it looks, as sentences.

(() => {
  const wrong = { overflows: overflows(), contrasts: contrasts() };
  return wrong;

  /** What is wider than the window, and texts that leave their drawing or cover each other; what may be scrolled apart. */
  function overflows() {
    const found = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide`);
    for (const svg of document.querySelectorAll('figure > svg')) {
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) continue;
      const texts = [...svg.querySelectorAll('text')].map((element) => ({
        text: element.textContent,
        box: element.getBoundingClientRect(),
      }));
      for (const { text, box } of texts)
        if (!isWithin(box, frame)) found.push(`'${text}' leaves its drawing`);
      texts.forEach((one, index) => {
        for (const other of texts.slice(index + 1))
          if (covers(one.box, other.box)) found.push(`'${one.text}' covers '${other.text}'`);
      });
    }
    return found;
  }

  function isWithin(box, frame) {
    return (
      box.left >= frame.left - 1 &&
      box.right <= frame.right + 1 &&
      box.top >= frame.top - 1 &&
      box.bottom <= frame.bottom + 1
    );
  }

  /** A line's box is higher than its letters. */
  function covers(one, other) {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    return across > 1 && down > 3;
  }

  /** Texts with a contrast to what is behind them of less than 4.5 (WCAG 2.2, AA). */
  function contrasts() {
    const texts = 'h1, h2, p, li, dt, dd, small, code, th, td, caption, summary, footer, svg text';
    return [...document.querySelectorAll(texts)].flatMap((element) => {
      if (element.getBoundingClientRect().width === 0) return [];
      const style = getComputedStyle(element);
      const colour = element.closest('svg') ? style.fill : style.color;
      const [low, high] = [luminance(colour), luminance(behind(element))].sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      return contrast < 4.5 ? [`'${element.textContent.slice(0, 40)}' has ${contrast.toFixed(2)}`] : [];
    });
  }

  function behind(element) {
    if (element.classList.contains('inside'))
      return getComputedStyle(element.parentElement.querySelector('rect')).fill;
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  }

  function luminance(colour) {
    const [red, green, blue] = parts(colour).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function parts(colour) {
    return colour.match(/[\d.]+/g).map(Number);
  }
})();
