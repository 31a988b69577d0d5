//! What a child writes to its standard output and error: lines of its log stream.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Longest line that becomes one log event, bytes ("CloudWatch Logs quotas": 256 KB); a longer one becomes several.
const LINE_BYTES_MAX: u64 = 256 * 1024;

/// Hands each line to `write` until the pipe is closed.
pub async fn read_lines(pipe: impl AsyncRead + Unpin, write: impl Fn(&str)) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut pipe).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        write(&String::from_utf8_lossy(text));
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    async fn lines(written: &[u8]) -> Vec<String> {
        let lines = RefCell::new(Vec::new());
        read_lines(written, |line| lines.borrow_mut().push(line.to_owned())).await;
        lines.into_inner()
    }

    #[tokio::test]
    async fn each_line_is_one_and_the_last_needs_no_end() {
        assert_eq!(lines(b"one\n\ntwo \xff\nthree").await, ["one", "", "two \u{fffd}", "three"]);
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut() {
        let lengths: Vec<usize> = lines(&vec![b'x'; 600 * 1024]).await.iter().map(String::len).collect();
        assert_eq!(lengths, [256 * 1024, 256 * 1024, 88 * 1024]);
    }
}
