// Draws one payload, as `window.picture` holds it: {frame, payload}. The blocks are drawn by
// slack-blocks-to-jsx; the frames of a modal and of the home page, which it has not, are drawn here.
import React from "react";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import "@fontsource/noto-color-emoji/emoji.css";
import "./page.css";

// As Slack's own client does: an input that may be left empty says so.
const marked = (block) =>
  block.type === "input" && block.optional
    ? { ...block, label: { ...block.label, text: `${block.label.text} (optional)` } }
    : block;

// The package draws every box to type in with several lines.
const singleLines = (blocks) =>
  blocks
    .filter((block) => block.type === "input" && block.element.multiline === false)
    .map((block) => `#${CSS.escape(block.element.action_id)} textarea`);

const Blocks = ({ blocks }) => (
  <>
    <style>{`${singleLines(blocks).join(",") || "none"} { min-height: 0 !important; height: 38px !important; }`}</style>
    <Message blocks={blocks.map(marked)} name="" logo="" theme="light" withoutWrapper />
  </>
);

const Posted = ({ payload, logo, where, time }) => (
  <div className="posted">
    <div className="where">{where}</div>
    <div className="message">
      <img className="logo" src={logo} alt="" />
      <div className="said">
        <p className="who">
          <b>Signpost</b> <span className="app">APP</span> <span className="time">{time}</span>
        </p>
        <Blocks blocks={payload.blocks} />
      </div>
    </div>
  </div>
);

const Modal = ({ payload, logo }) => (
  <div className="modal">
    <div className="modal-top">
      <img className="logo-small" src={logo} alt="" />
      <b>{payload.title.text}</b>
      <span className="cross">×</span>
    </div>
    <div className="modal-blocks">
      <Blocks blocks={payload.blocks} />
    </div>
    <div className="modal-foot">
      <span className="foot-button">{payload.close.text}</span>
      {payload.submit && <span className="foot-button foot-submit">{payload.submit.text}</span>}
    </div>
  </div>
);

const Home = ({ payload, logo }) => (
  <div className="home">
    <div className="home-top">
      <img className="logo-small" src={logo} alt="" />
      <b>Signpost</b>
    </div>
    <div className="tabs">
      <span className="tab tab-open">Home</span>
      <span className="tab">Messages</span>
      <span className="tab">About</span>
    </div>
    <div className="home-blocks">
      <Blocks blocks={payload.blocks} />
    </div>
  </div>
);

const FRAMES = { posted: Posted, modal: Modal, home: Home };
const Frame = FRAMES[window.picture.frame];
createRoot(document.getElementById("root")).render(<Frame {...window.picture} />);
