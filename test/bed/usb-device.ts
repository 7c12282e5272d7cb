/** One order to testbed.py. */
export type Step =
  | {
      readonly do: 'add';
      readonly devpath: string;
      readonly subsystem: string;
      readonly attributes?: Texts;
      /** What the kernel says of it: sysfs' uevent file. */
      readonly kernel: Texts;
      /** What udev's rules find out about it. */
      readonly properties: Texts;
      /** Of its node in /dev. */
      readonly mode?: number;
    }
  | {
      readonly do: 'event';
      readonly devpath: string;
      readonly action: string;
      readonly extra?: Texts;
      /** Of a device that has left sysfs; else it is known. */
      readonly subsystem?: string;
      readonly kernel?: Texts;
    }
  | { readonly do: 'properties'; readonly devpath: string; readonly kernel?: Texts; readonly properties?: Texts }
  | { readonly do: 'attributes'; readonly devpath: string; readonly attributes: Texts }
  | { readonly do: 'remove'; readonly devpath: string };

type Texts = Readonly<Record<string, string>>;

export interface Volume {
  readonly label?: string;
  readonly uuid?: string;
  /** As blkid names it: vfat, exfat, ext4... */
  readonly type?: string;
  /** On the disk itself, without a partition table. */
  readonly whole?: boolean;
}

export interface UsbOptions {
  /** `1-4`, or `1-4.2` behind a hub that is not seen. */
  readonly port?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  /** As udev writes them: a colon before, between and after. */
  readonly interfaces?: string;
  /** Makes it a disk: one entry a partition; none is a reader without a card. */
  readonly volumes?: readonly Volume[];
  /** Adds a serial line of that name, such as ttyACM0. */
  readonly tty?: string;
  /** A pseudo-terminal of this machine that is the serial line's node instead. */
  readonly line?: string;
  /** What udev's hwdb and rules would say besides, such as ID_MEDIA_PLAYER. */
  readonly properties?: Texts;
  /** Of the nodes in /dev; 0o600 unless told. */
  readonly mode?: number;
}

/** A device as Linux 6.1 and systemd 252 show it, and the events in their order. */
export class UsbDevice {
  readonly devpath: string;
  readonly options: UsbOptions & { readonly port: string };
  /** Counts disks from 1, which is sdb. */
  readonly disk: number | undefined;
  readonly #number: number;
  #card: Volume | undefined;

  constructor(hub: string, options: UsbOptions & { readonly port: string }, number: number, disk: number | undefined) {
    this.devpath = `${hub}/${options.port}`;
    this.options = options;
    this.#number = number;
    this.disk = disk;
  }

  /** Of the disk: sdb, sdc... */
  get diskName(): string {
    let name = '';
    for (let left = this.disk ?? 0; left >= 0; left = Math.floor(left / 26) - 1)
      name = String.fromCharCode(97 + (left % 26)) + name;
    return `sd${name}`;
  }

  get diskPath(): string {
    return `${this.devpath}/${this.options.port}:1.0/host6/target6:0:0/6:0:0:0/block/${this.diskName}`;
  }

  partitionPath(number = 1): string {
    return `${this.diskPath}/${this.diskName}${number}`;
  }

  get ttyPath(): string {
    return `${this.devpath}/${this.options.port}:1.0/tty/${this.options.tty ?? ''}`;
  }

  arrival(): Step[] {
    const steps: Step[] = [this.#usb(), { do: 'event', devpath: this.devpath, action: 'add' }];
    const face = `${this.devpath}/${this.options.port}:1.0`;
    steps.push({
      do: 'add',
      devpath: face,
      subsystem: 'usb',
      attributes: { bInterfaceClass: this.#interfaces.slice(1, 3) },
      kernel: { DEVTYPE: 'usb_interface' },
      // An interface has these from its device, and is none.
      properties: this.options.properties ?? {},
    });
    for (const action of ['add', 'bind']) steps.push({ do: 'event', devpath: face, action });
    // The driver is known from here on.
    steps.push({ do: 'properties', devpath: this.devpath, kernel: { ...this.#kernel, DRIVER: 'usb' } });
    steps.push({ do: 'event', devpath: this.devpath, action: 'bind' });
    if (this.options.tty !== undefined) steps.push(...this.#serialLine(this.options.tty));
    const volumes = this.options.volumes;
    if (volumes === undefined) return steps;
    const whole = volumes.find((volume) => volume.whole);
    steps.push(this.#block(this.diskPath, 'disk', 0, whole ?? (volumes.length > 0 ? 'table' : undefined)));
    steps.push({ do: 'event', devpath: this.diskPath, action: 'add' });
    if (whole === undefined) steps.push(...volumes.flatMap((volume, index) => this.#partition(volume, index + 1)));
    return steps;
  }

  /** Children first, as the kernel tells it; sysfs is empty by the time udevd passes it on. */
  departure(): Step[] {
    const gone = (devpath: string, subsystem: string, devtype?: string, action = 'remove'): Step => ({
      do: 'event',
      devpath,
      action,
      subsystem,
      kernel: devtype === undefined ? {} : { DEVTYPE: devtype },
    });
    const face = `${this.devpath}/${this.options.port}:1.0`;
    const steps: Step[] = [{ do: 'remove', devpath: this.devpath }];
    if (this.options.tty !== undefined) steps.push(gone(this.ttyPath, 'tty'));
    if (this.options.volumes !== undefined) {
      const count = Math.max(1, this.options.volumes.length);
      for (let number = count; number > 0; number--) steps.push(gone(this.partitionPath(number), 'block', 'partition'));
      steps.push(gone(this.diskPath, 'block', 'disk'));
    }
    steps.push(gone(face, 'usb', 'usb_interface'));
    steps.push(gone(this.devpath, 'usb', 'usb_device', 'unbind'));
    steps.push(gone(this.devpath, 'usb', 'usb_device'));
    return steps;
  }

  cardArrival(card: Volume): Step[] {
    this.#card = card;
    return [
      this.#properties(this.diskPath, 'disk', 0, card.whole ? card : 'table'),
      { do: 'event', devpath: this.diskPath, action: 'change', extra: { DISK_MEDIA_CHANGE: '1' } },
      ...(card.whole ? [] : this.#partition(card, 1)),
    ];
  }

  cardDeparture(): Step[] {
    const steps: Step[] = [];
    if (this.#card?.whole !== true) {
      const devpath = this.partitionPath();
      steps.push({ do: 'remove', devpath }, { do: 'event', devpath, action: 'remove', subsystem: 'block' });
    }
    this.#card = undefined;
    return [
      ...steps,
      this.#properties(this.diskPath, 'disk', 0, undefined),
      { do: 'event', devpath: this.diskPath, action: 'change', extra: { DISK_MEDIA_CHANGE: '1' } },
    ];
  }

  get #interfaces(): string {
    return this.options.interfaces ?? (this.options.tty === undefined ? ':080650:' : ':020201:0a0000:');
  }

  get #kernel(): Texts {
    const number = String(this.#number % 128).padStart(3, '0');
    return {
      DEVTYPE: 'usb_device',
      PRODUCT: `${this.#vendor}/${this.#product}/100`,
      TYPE: '0/0/0',
      BUSNUM: '001',
      DEVNUM: String(this.#number).padStart(3, '0'),
      DEVNAME: `bus/usb/001/${number}`,
    };
  }

  get #vendor(): string {
    return this.options.vendor ?? '054c';
  }

  get #product(): string {
    return this.options.product ?? '0385';
  }

  get #names(): Texts {
    const { manufacturer = 'Sony', model = 'NWZ-E436F', serial } = this.options;
    return {
      ID_BUS: 'usb',
      ID_VENDOR: safe(manufacturer),
      ID_VENDOR_ID: this.#vendor,
      ID_MODEL: safe(model),
      ID_MODEL_ID: this.#product,
      ID_SERIAL: [manufacturer, model, serial].map((name) => safe(name ?? '')).join('_'),
      ...(serial === undefined ? {} : { ID_SERIAL_SHORT: safe(serial) }),
      ID_USB_INTERFACES: this.#interfaces,
    };
  }

  #usb(): Step {
    const { manufacturer = 'Sony', model = 'NWZ-E436F', serial, mode } = this.options;
    return {
      do: 'add',
      devpath: this.devpath,
      subsystem: 'usb',
      attributes: {
        idVendor: this.#vendor,
        idProduct: this.#product,
        bDeviceClass: '00',
        manufacturer,
        product: model,
        ...(serial === undefined ? {} : { serial }),
      },
      kernel: this.#kernel,
      properties: { ...this.#names, ...this.options.properties },
      ...(mode === undefined ? {} : { mode }),
    };
  }

  #serialLine(name: string): Step[] {
    return [
      {
        do: 'add',
        devpath: this.ttyPath,
        subsystem: 'tty',
        kernel: { DEVNAME: this.options.line?.replace(/^\/dev\//, '') ?? name },
        properties: this.#names,
        ...(this.options.mode === undefined ? {} : { mode: this.options.mode }),
      },
      { do: 'event', devpath: this.ttyPath, action: 'add' },
    ];
  }

  #partition(volume: Volume, number: number): Step[] {
    const devpath = this.partitionPath(number);
    return [this.#block(devpath, 'partition', number, volume), { do: 'event', devpath, action: 'add' }];
  }

  #block(devpath: string, devtype: 'disk' | 'partition', number: number, content: Volume | 'table' | undefined): Step {
    const { do: _, ...described } = this.#properties(devpath, devtype, number, content);
    return { do: 'add', ...described, subsystem: 'block', attributes: { size: content === undefined ? '0' : '2048' } };
  }

  #properties(devpath: string, devtype: 'disk' | 'partition', number: number, content: Volume | 'table' | undefined) {
    const held: Texts =
      content === undefined
        ? {}
        : content === 'table'
          ? { ID_PART_TABLE_TYPE: 'dos', ID_PART_TABLE_UUID: '0a1b2c3d' }
          : filesystem(content);
    const kernel: Texts = {
      DEVNAME: devpath.slice(devpath.lastIndexOf('/') + 1),
      DEVTYPE: devtype,
      DISKSEQ: String(this.#number),
      ...(devtype === 'partition' ? { PARTN: String(number) } : {}),
    };
    return { do: 'properties', devpath, kernel, properties: { ...this.#names, ...held } } as const;
  }
}

/** What udev's blkid builtin says of a filesystem. */
function filesystem({ label = 'PLAYER', uuid = '6A1B-09C4', type = 'vfat' }: Volume): Texts {
  const bytes = [...Buffer.from(label, 'utf8')];
  const encoded = bytes.map((byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9#+\-.:=@_\x80-\xff]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return {
    ID_FS_LABEL: safe(label),
    ID_FS_LABEL_ENC: Buffer.from(encoded.join(''), 'latin1').toString('utf8'),
    ID_FS_UUID: uuid,
    ID_FS_TYPE: type,
    ID_FS_USAGE: 'filesystem',
  };
}

/** As udev makes names safe for its database. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9#+\-.:=@_/]/g, '_');
