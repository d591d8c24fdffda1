//! Compiles the protos with protox (no protoc needed) and notes the git commit.

#[cfg(not(feature = "server"))]
fn main() {}

#[cfg(feature = "server")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    git_commit();
    link();
    protos()
}

#[cfg(feature = "server")]
fn protos() -> Result<(), Box<dyn std::error::Error>> {
    const FILES: [&str; 7] = [
        "copydesk/v1/analysis.proto",
        "copydesk/v1/document.proto",
        "copydesk/v1/info.proto",
        "copydesk/v1/keyword.proto",
        "copydesk/v1/language.proto",
        "copydesk/v1/sentence.proto",
        "copydesk/v1/summary.proto",
    ];
    println!("cargo::rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    // Comments too: reflection hands them to `grpcurl describe`.
    compiler.include_source_info(true).include_imports(true).open_files(FILES)?;
    let descriptor_file = std::path::PathBuf::from(std::env::var("OUT_DIR")?).join("copydesk.bin");
    std::fs::write(descriptor_file, compiler.encode_file_descriptor_set())?;
    let descriptors = compiler.file_descriptor_set();
    servers(&descriptors);
    tonic_prost_build::configure()
        .build_server(false)
        // The service answers it, and tonic-types makes it: one type for both.
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        // Ready-made messages are handed to tonic as they are: boxing the large side of this `oneof` would cost each
        // result.
        .type_attribute("copydesk.v1.AnalyzeResult.outcome", "#[allow(clippy::large_enum_variant)]")
        .compile_fds(descriptors)?;
    Ok(())
}

/// The services as traits whose answers are encoded already: the thread that makes an answer encodes it too.
#[cfg(feature = "server")]
fn servers(descriptors: &prost_types::FileDescriptorSet) {
    use heck::ToSnakeCase;
    use tonic_build::manual::{Builder, Method, Service};

    let method = |method: &prost_types::MethodDescriptorProto| {
        let input = method.input_type().rsplit('.').next().unwrap_or_default();
        let built = Method::builder()
            .name(method.name().to_snake_case())
            .route_name(method.name())
            .input_type(format!("crate::service::proto::{input}"))
            .output_type("crate::service::encoded::Encoded")
            .codec_path("crate::service::encoded::Codec");
        let built = if method.client_streaming() { built.client_streaming() } else { built };
        if method.server_streaming() { built.server_streaming().build() } else { built.build() }
    };
    let files = descriptors.file.iter();
    let services = files.flat_map(|file| file.service.iter().map(move |service| (file.package(), service)));
    let services: Vec<Service> = services
        .map(|(package, service)| {
            let built = Service::builder().name(service.name()).package(package);
            service.method.iter().map(method).fold(built, |built, method| built.method(method)).build()
        })
        .collect();
    Builder::new().build_client(false).compile(&services);
}

/// Makes the binary smaller where the linker is LLD, as it is for this target by default: functions of the same
/// instructions are kept once, and relocations take bits instead of 24 bytes, which glibc reads from 2.36 on.
#[cfg(feature = "server")]
fn link() {
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let another = std::env::var("RUSTC_LINKER").is_ok() || flags.contains("fuse-ld") || flags.contains("linker");
    if another || std::env::var("TARGET").as_deref() != Ok("x86_64-unknown-linux-gnu") {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    let glibc = std::process::Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let glibc = glibc.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let minor = glibc.trim().rsplit('.').next().and_then(|minor| minor.parse::<u32>().ok());
    if glibc.starts_with("glibc 2.") && minor.is_some_and(|minor| minor >= 36) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Sets `COPYDESK_GIT_COMMIT` for the crate: from the environment where a packager gives it, else from the checkout.
#[cfg(feature = "server")]
fn git_commit() {
    println!("cargo::rerun-if-env-changed=COPYDESK_GIT_COMMIT");
    for path in ["HEAD", "logs/HEAD"] {
        if let Some(file) = git(&["rev-parse", "--git-path", path]).filter(|file| std::path::Path::new(file).exists()) {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    let commit = std::env::var("COPYDESK_GIT_COMMIT").ok().or_else(|| git(&["rev-parse", "HEAD"]));
    println!("cargo::rustc-env=COPYDESK_GIT_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
}

#[cfg(feature = "server")]
fn git(arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git").args(arguments).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}
