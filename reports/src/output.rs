//! Writing results: into a folder, whole files or none.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::html;
use crate::load::{LoadResult, load_json, load_page};
use crate::result::RunResult;

/// A folder that was found writable before anything was run.
#[derive(Debug)]
pub struct OutputDir(PathBuf);

impl OutputDir {
    /// Creates the folder when it is absent, and tries to write in it.
    ///
    /// # Errors
    /// When it cannot be made, is no folder, or cannot be written in.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        NamedTempFile::new_in(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Writes `NAME.html` and `NAME.json`, and returns the path of the page.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, name: &str, run: &RunResult) -> io::Result<PathBuf> {
        self.replace(name, &json(std::slice::from_ref(run)), &html::page(run))
    }

    /// The same for a load test.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_load(&self, name: &str, load: &LoadResult) -> io::Result<PathBuf> {
        self.replace(name, &load_json(load), &load_page(load))
    }

    /// Both are written beside their targets before one is renamed, so that nobody ever sees half a file, or one alone.
    fn replace(&self, name: &str, data: &str, page: &str) -> io::Result<PathBuf> {
        let paths = ["json", "html"].map(|kind| self.0.join(format!("{name}.{kind}")));
        let [data, page] = [data, page].map(|content| self.prepare(content));
        let files = [data?, page?];
        if let Some(taken) = paths.iter().find(|path| path.is_dir()) {
            return Err(named(taken, io::ErrorKind::IsADirectory.into()));
        }
        for (file, path) in files.into_iter().zip(&paths) {
            file.persist(path).map_err(|error| named(path, error.error))?;
        }
        let [_, page] = paths;
        Ok(page)
    }

    fn prepare(&self, content: &str) -> io::Result<NamedTempFile> {
        let write = || {
            let mut file = NamedTempFile::new_in(&self.0)?;
            file.write_all(content.as_bytes())?;
            make_readable(&file)?;
            Ok(file)
        };
        write().map_err(|error| named(&self.0, error))
    }
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write `{}`: {error}", path.display()))
}

/// Temporary files are their owner's alone; a report may be read by others.
fn make_readable(file: &NamedTempFile) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// One object for one run, an array for several; pretty, ending in a newline.
pub fn json(runs: &[RunResult]) -> String {
    let text = match runs {
        [run] => serde_json::to_string_pretty(run),
        runs => serde_json::to_string_pretty(runs),
    };
    text.expect("a result has no map with odd keys") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::examples::failing;

    #[test]
    fn where_one_of_the_two_cannot_be_written_neither_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("month-1.html")).unwrap();
        let error = OutputDir::open(folder.path()).unwrap().write("month-1", &failing()).unwrap_err().to_string();
        assert!(error.contains("month-1.html`: is a directory"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_report_replaces_an_older_one_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = OutputDir::open(&folder.path().join("new/folder")).unwrap();
        for _ in 0..2 {
            let page = out.write("smoke", &failing()).unwrap();
            assert!(fs::read_to_string(page).unwrap().ends_with("</html>"));
        }
        let mut names: Vec<_> = fs::read_dir(&out.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["smoke.html", "smoke.json"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_refused_before_anything_runs() {
        let file = NamedTempFile::new().unwrap();
        assert!(OutputDir::open(file.path()).is_err());
        assert!(OutputDir::open(&file.path().join("below")).is_err());
    }

    #[test]
    fn one_run_is_an_object_and_several_are_an_array() {
        assert!(json(&[failing()]).starts_with('{'));
        assert!(json(&[failing(), failing()]).starts_with('['));
        let back: RunResult = serde_json::from_str(&json(&[failing()])).unwrap();
        assert_eq!(back, failing());
    }
}
