// The program: picks the command, turns flags into settings, maps errors to exit codes.
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/settings.hpp"
#include "base/log.hpp"

namespace cutroom::app {
namespace {

constexpr const char* kExitCodesText =
    "Exit codes: 0 all is well, 1 some photos failed, 2 wrong usage or settings,\n"
    "3 model, port, data folder or server can't be had, 130 interrupted.";

// Every row of the setting table as a flag of the command.
void add_setting_flags(CLI::App& command, std::map<std::string, std::string>& flags, std::string& file) {
  command.add_option("--config", file, "the settings' file (TOML)")->check(CLI::ExistingFile);
  for (const SettingRow& row : setting_table()) {
    const std::string key(row.key);
    command
        .add_option_function<std::string>(
            flag_of(row), [&flags, key](const std::string& value) { flags[key] = value; },
            std::string(row.meaning))
        ->type_name(std::string(row.allowed))
        ->take_last();
  }
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int run(int argc, char** argv) {
  CLI::App app{"Cutroom: a fair multi-vendor image-processing queue"};
  app.require_subcommand(1);
  app.set_version_flag("--version", CUTROOM_VERSION);
  app.footer(kExitCodesText);

  std::map<std::string, std::string> flags;
  std::string file;
  auto* serve = app.add_subcommand("serve", "API, workers, database, assets and model in one process");
  add_setting_flags(*serve, flags, file);
  auto* api = app.add_subcommand("api", "the API alone; shares a Redis with its workers");
  add_setting_flags(*api, flags, file);
  auto* worker = app.add_subcommand("worker", "works on jobs from the Redis that it shares with others");
  add_setting_flags(*worker, flags, file);
  auto* config = app.add_subcommand("config", "print the settings in force and where each comes from");
  add_setting_flags(*config, flags, file);
  RemoveArguments remove_arguments;
  auto* remove = add_remove_command(app, remove_arguments);
  add_setting_flags(*remove, flags, file);
  CropFaceArguments crop_face_arguments;
  auto* crop_face = add_crop_face_command(app, crop_face_arguments);
  add_setting_flags(*crop_face, flags, file);
  SubmitArguments submit_arguments;
  auto* submit = add_submit_command(app, submit_arguments);
  VendorArguments vendor_arguments;
  auto* vendor = add_vendor_command(app, vendor_arguments);

  QueueArguments queue_arguments;
  auto* queue = add_queue_command(app, queue_arguments);
  add_setting_flags(*queue, flags, file);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  if (submit->parsed()) return run_submit(submit_arguments);
  if (vendor->parsed()) return run_vendor(*vendor, vendor_arguments);

  const auto settings = read_settings({.file = file.empty() ? std::nullopt : std::optional(file),
                                       .environment = environment,
                                       .flags = flags});
  if (!settings) {
    std::cerr << "cutroom: " << settings.error().text() << '\n';
    return kExitUsage;
  }
  spdlog::set_level(spdlog::level::from_str(settings->settings.log_level));
  if (queue->parsed()) return run_queue(settings->settings, queue_arguments);
  if (config->parsed()) return run_config(*settings);
  if (remove->parsed()) return run_remove(settings->settings, remove_arguments);
  if (crop_face->parsed()) return run_crop_face(settings->settings, crop_face_arguments);
  if (serve->parsed()) return run_serve(settings->settings, Role::serve);
  if (api->parsed()) return run_serve(settings->settings, Role::api);
  if (worker->parsed()) return run_serve(settings->settings, Role::worker);
  return kExitUsage;
}

}  // namespace
}  // namespace cutroom::app

int main(int argc, char** argv) { return cutroom::app::run(argc, argv); }
