//! A browser without a window, spoken to through its own protocol (Chrome DevTools) over a pair of pipes.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The browser reads from 3 and writes to 4; what it says to people goes nowhere.
const ON_PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"#;

/// A browser, of which one page at a time is used.
pub(crate) struct Chromium {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: String,
    number: u64,
    /// What the page did since it was opened, in the words of the protocol.
    events: Vec<Value>,
    _profile: TempDir,
}

/// The browser on this machine, or what to do for one.
pub(crate) fn installed() -> Result<PathBuf, &'static str> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let named = |folder: PathBuf| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name));
    let found = env::split_paths(&paths).flat_map(named).find(|path| path.is_file());
    found.ok_or("needs Chromium: apt-get install chromium")
}

impl Chromium {
    /// Starts a browser.
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut process = Command::new("sh")
            .args(["-c", ON_PIPES])
            .arg(installed().expect("asked before"))
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
            .args(["--disable-dev-shm-usage", "--disable-background-networking", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let asks = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let (session, events) = (String::new(), Vec::new());
        Self { process, asks, answers, session, number: 0, events, _profile: profile }
    }

    /// Goes on with a page of its own, which has nothing of those before it.
    pub(crate) fn new_page(&mut self) {
        self.session.clear();
        let page = self.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = self.ask("Target.attachToTarget", json!({ "targetId": page["targetId"], "flatten": true }));
        self.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
        self.ask("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
    }

    /// Asks for something and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        self.asks.write_all(message.to_string().as_bytes()).expect("the browser lives");
        self.asks.write_all(&[0]).expect("the browser lives");
        loop {
            let mut met = self.read();
            if met["id"] == self.number {
                assert!(met.get("error").is_none(), "{method}: {met}");
                return met["result"].take();
            }
            self.events.push(met);
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.answers.read_until(0, &mut bytes).expect("the browser lives");
        bytes.pop().expect("the browser lives");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Opens a file, with what stands behind its address, and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path, fragment: &str) {
        self.load("about:blank");
        self.load(&format!("file://{}{fragment}", file.display()));
    }

    fn load(&mut self, address: &str) {
        self.events.clear();
        let going = self.ask("Page.navigate", json!({ "url": address }));
        let is_loaded = |event: &Value| {
            let params = &event["params"];
            params["name"] == "load" && params["loaderId"] == going["loaderId"]
        };
        while !self.events.iter().any(is_loaded) {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// What an expression of JavaScript gives on the page.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.ask("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// Errors, warnings and messages on the console, and every request but the one for the page itself.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // Whatever the page did before is told before this is answered.
        self.eval("document.readyState");
        let of = |event: &Value| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => Some(params.to_string()),
                "Page.javascriptDialogOpening" => Some(params.to_string()),
                "Network.requestWillBeSent" if params["type"] != "Document" => Some(params["request"].to_string()),
                _ => None,
            }
        };
        self.events.iter().filter_map(of).collect()
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        // A key with a name of several letters writes nothing.
        let text = if key.len() == 1 { key } else { "" };
        self.ask("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": text }));
        self.ask("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// The screen: its size in CSS pixels, and whether people want it dark.
    pub(crate) fn screen(&mut self, [width, height]: [u64; 2], scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask("Emulation.setEmulatedMedia", json!({ "features": features }));
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.asks.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let _ = self.process.wait();
    }
}
