//! The program: its exit status, and nothing else.

fn main() -> std::process::ExitCode {
    trailint::main()
}
