// Draws one card, as `window.picture` holds it: {card, where}, with Microsoft's own renderer. The frame of
// a chat in Teams, which the renderer has not, is drawn here. `window.faults` is what the renderer finds wrong.
const markdown = window.markdownit({ linkify: true });
const { AdaptiveCard, HostConfig, SerializationContext, Versions } = window.AdaptiveCards;
AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

const colour = (normal, subtle = normal) => ({ default: normal, subtle });
const palette = {
  default: colour("#242424", "#616161"),
  dark: colour("#242424", "#616161"),
  light: colour("#ffffff", "#e0e0e0"),
  accent: colour("#4f52b2"),
  good: colour("#237b4b"),
  warning: colour("#835c00"),
  attention: colour("#c4314b"),
};
const ground = (backgroundColor) => ({ backgroundColor, foregroundColors: palette });
const host = new HostConfig({
  supportsInteractivity: true,
  fontFamily: '"Segoe UI", "Noto Sans", system-ui, sans-serif',
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  spacing: { small: 6, default: 10, medium: 14, large: 20, extraLarge: 28, padding: 14 },
  separator: { lineThickness: 1, lineColor: "#e0e0e0" },
  actions: { maxActions: 6, buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left" },
  containerStyles: {
    default: ground("#ffffff"),
    emphasis: ground("#f5f5f5"),
    accent: ground("#e8ebfa"),
    good: ground("#e7f2da"),
    warning: ground("#fbf6d9"),
    attention: ground("#fcf4f6"),
  },
  inputs: {
    label: {
      inputSpacing: "none",
      requiredInputs: { weight: "bolder", suffix: " *", suffixColor: "attention" },
      optionalInputs: { weight: "bolder" },
    },
    errorMessage: { color: "attention" },
  },
  factSet: {
    title: { weight: "bolder", wrap: true, maxWidth: 160 },
    value: { wrap: true },
    spacing: 12,
  },
});

window.draw = ({ card, where, logo }) => {
  const context = new SerializationContext(Versions.v1_5);
  const drawn = new AdaptiveCard();
  drawn.hostConfig = host;
  drawn.parse(card, context);
  const checked = drawn.validateProperties();
  window.faults = [
    ...Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message),
    ...checked.validationEvents.map((event) => event.message),
  ];
  window.drawn = drawn;
  window.sent = [];
  drawn.onExecuteAction = (action) => window.sent.push({ type: action.getJsonTypeName(), verb: action.verb, data: action.data });
  const root = document.getElementById("root");
  root.replaceChildren();
  root.insertAdjacentHTML("beforeend", '<div class="chat"><div class="where"></div><div class="post"><img class="logo" alt=""><div class="said"><p class="who"><b>Signpost</b> <span>09:41</span></p><div class="card"></div></div></div></div>');
  root.querySelector(".where").textContent = where;
  root.querySelector(".logo").src = logo;
  root.querySelector(".card").append(drawn.render());
};
