// The program's commands: each has its flags and a function that returns the exit code (app/exit_codes.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "app/wire.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): of the library.
class App;
}

namespace cutroom::app {

int run_serve(const Settings&, Role);
int run_config(const SettingsInForce&);

struct RemoveArguments {
  std::string in;
  std::string out;
  std::string format;            // Empty: by OUT's extension, else png.
  std::string background;        // Empty: transparent.
  std::string background_image;  // A file; empty: none.
  int quality = 90;
  bool mask_only = false;
  bool keep_edges = false;  // Soft edges keep the old background's colour.
  std::optional<double> crop_margin;
  std::string canvas;  // "1000x1000"; empty: none.
  std::optional<double> canvas_scale;
  std::string canvas_position;
  bool shadow = false;
  std::string refine;
  bool recursive = false;
};
CLI::App* add_remove_command(CLI::App&, RemoveArguments&);
int run_remove(const Settings&, const RemoveArguments&);

struct CropFaceArguments {
  std::string in;
  std::string out;
  std::string mode;        // A preset's name.
  std::string format;      // Empty: by OUT's extension, else the preset's.
  std::string background;  // Empty: as it is.
  int quality = 95;
  bool allow_several = false;
  bool allow_tilted = false;
  bool strict = false;
  bool recursive = false;
};
CLI::App* add_crop_face_command(CLI::App&, CropFaceArguments&);
int run_crop_face(const Settings&, const CropFaceArguments&);

struct SubmitArguments {
  std::string server = "http://127.0.0.1:3001";
  std::string vendor;    // Empty: the key's, or "shell" without one.
  std::string key_file;  // Holds a vendor's key; empty: CUTROOM_KEY, or none.
  std::string project = "shell";
  std::string out;  // A folder for the results; empty: they stay on the server.
  std::vector<std::string> files;
};
CLI::App* add_submit_command(CLI::App&, SubmitArguments&);
int run_submit(const SubmitArguments&);

struct VendorArguments {
  std::string server = "http://127.0.0.1:3001";
  std::string admin_key_file;  // Empty: CUTROOM_ADMIN_KEY, or none.
  std::string id;
  // What `add` and `set` send; empty: not sent.
  std::string name;
  std::string weight;
  std::string cap;
  std::string cap_is_hard;
  std::string paused;
  std::string quota;
  std::vector<std::string> limits;  // NAME=LIMIT
  std::vector<std::string> source_hosts;
  std::string default_options;
  // Of keys and usage.
  std::string key_id;
  std::string preset;
  std::string preset_file;
  std::string label;
  std::string from;
  std::string to;
  bool as_json = false;
};
CLI::App* add_vendor_command(CLI::App&, VendorArguments&);
int run_vendor(const CLI::App& vendor_command, const VendorArguments&);

struct QueueArguments {
  std::vector<std::string> queues;  // Empty: all.
  bool repair = false;
};
CLI::App* add_queue_command(CLI::App&, QueueArguments&);
int run_queue(const Settings&, const QueueArguments&);

}  // namespace cutroom::app
