//! Any text is read or refused; nothing falls over and nothing hangs.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(findings) = bpmn::parse(text) {
        assert!(!findings.is_empty(), "refused without a reason");
    }
});
